import { mayCreateKeys, openBrandKeys, usesPairwise } from '../brand/brand-keys.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import { placeless } from '../config/config-folder.ts';
import type { Config, LocatedProblem } from '../config/contract.ts';
import { error, warning } from '../config/problem.ts';
import { brandFolder } from '../keys/brand-folder.ts';
import { checkHolder } from '../keys/check-holder.ts';
import { KeyError } from '../keys/key-error.ts';
import { loadKeySet } from '../keys/key-set.ts';
import { loadPairwiseSalt } from '../keys/pairwise-salt.ts';

/**
 * What would stop a start about the keys, of every brand. Keys that are missing are a warning: a configuration is also
 * checked where its keys are not. Makes and changes nothing.
 */
export async function checkKeyFiles(config: Config): Promise<LocatedProblem[]> {
  return (await Promise.all(config.brands.map((brand) => checkBrand(config, brand)))).flat();
}

async function checkBrand(config: Config, brand: BrandConfig): Promise<LocatedProblem[]> {
  const folder = config.server.keys;
  const { home, policy, signer } = openBrandKeys(config, brand);
  signer?.close();
  const makesKeys = mayCreateKeys(config) && policy.makesKeys;
  const problems = [
    await problemOf(async () => checkHolder(await loadKeySet({ home, create: false }), signer), makesKeys),
    ...(usesPairwise(brand)
      ? [
          await problemOf(
            () => loadPairwiseSalt({ folder, brand: brand.brand, create: false }),
            mayCreateKeys(config),
          ),
        ]
      : []),
  ];
  return problems.flatMap((problem) =>
    problem === undefined ? [] : [placeless(brandFolder(folder, brand.brand), problem)],
  );
}

/** @param isMade whether a start makes what is missing */
async function problemOf(load: () => Promise<unknown>, isMade: boolean) {
  try {
    await load();
  } catch (reason) {
    if (!(reason instanceof KeyError)) throw reason;
    if (reason.reason !== 'missing')
      return error([], reason.message, 'keys/README.md says what belongs there');
    if (!isMade) return warning([], reason.message, 'do it before the first start, where the keys are');
  }
  return undefined;
}
