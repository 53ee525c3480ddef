import type { BrandConfig } from '../brand-schema.ts';
import { placeless } from '../config-folder.ts';
import type { LocatedProblem } from '../contract.ts';
import { error } from '../problem.ts';
import type { ServerConfig } from '../server-schema.ts';

/** Processes that share a store must open each other's secrets, so in production the keys are given. */
export function checkEncryptionKeys(
  { encryption_keys: keys }: ServerConfig,
  brands: readonly BrandConfig[],
  production: boolean,
): LocatedProblem[] {
  const brand = brands.find(({ clients }) => clients.some(({ livechat }) => livechat !== undefined));
  if (!production || keys.length > 0 || !brand) return [];
  const message = `is missing in production: the brand ${brand.brand} keeps secrets of LiveChat in the store`;
  const fix = 'run `npx parley keys encryption` and put its answer into PARLEY_ENCRYPTION_KEYS';
  return [placeless('server.yaml', error(['encryption_keys'], message, fix))];
}
