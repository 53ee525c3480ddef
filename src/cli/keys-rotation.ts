import { type Command, Option } from 'commander';
import { type BrandKeys, openBrandKeys } from '../brand/brand-keys.ts';
import type { BrandCheck, Config } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { loadKeySet } from '../keys/key-set.ts';
import type { SigningAlgorithm } from '../keys/signing-entry.ts';
import {
  acknowledgeKey,
  generateKeys,
  type KeyChange,
  type KeyChangeOptions,
  retireKey,
  rotateKeys,
} from '../operations/change-keys.ts';
import { chooseBrand } from './choose-brand.ts';
import { describeReport, reportKeys } from './describe-keys.ts';
import type { CliIo } from './io.ts';

export interface KeysRotationOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
  /** Milliseconds since the epoch. */
  now(): number;
}

interface Choice {
  brand?: string;
  json: boolean;
}

interface ChangeChoice extends Choice, HeldChoice {
  plan: boolean;
}

interface AlgorithmChoice extends ChangeChoice {
  alg?: SigningAlgorithm;
}

interface HeldChoice {
  /** Names of keys in the agent. */
  agent?: string[];
}

/** `parley keys list | generate | rotate | retire | ack`: the states of a brand's signing keys (docs/keys.md). */
export function registerKeysRotation(group: Command, options: KeysRotationOptions): void {
  common(
    group.command('list').description("show each brand's signing keys, their states and what comes"),
  ).action((choice: Choice) => list(choice, options));

  changing(group.command('generate').description('make a next key: published, not signing yet'))
    .addOption(algorithm())
    .addOption(held())
    .action((choice: AlgorithmChoice) =>
      change(choice, options, (keys) => generateKeys(keys, choice.alg && [choice.alg])),
    );

  changing(
    group
      .command('rotate')
      .description('let the next key sign as soon as everybody knows it; one is made where there is none'),
  )
    .addOption(algorithm())
    .addOption(held())
    .option('--force', 'sign with it now, whoever does not know it yet', false)
    .action((choice: AlgorithmChoice & { force: boolean }) =>
      change(choice, options, (keys) =>
        rotateKeys(keys, { algorithms: choice.alg && [choice.alg], force: choice.force }),
      ),
    );

  changing(group.command('retire').description('take a key out of the key set before its time'))
    .argument('<kid>', 'the key, or the first letters of its id')
    .option('--leaked', 'it is in wrong hands: it leaves now, and the next key signs now', false)
    .option('--force', 'also while what it signed is still valid', false)
    .action((kid: string, choice: ChangeChoice & { leaked: boolean; force: boolean }) =>
      change(choice, options, (keys) => retireKey(keys, { kid, leaked: choice.leaked, force: choice.force })),
    );

  changing(
    group
      .command('ack')
      .description("say that the next key is pasted at a client's platform; after the last one it signs"),
  )
    .argument('<client>', "the client's id")
    .option('--force', 'also before everybody else knows the key', false)
    .action((client: string, choice: ChangeChoice & { force: boolean }) =>
      change(choice, options, (keys) => acknowledgeKey(keys, { client, force: choice.force })),
    );
}

function common(command: Command): Command {
  return command
    .option('--brand <brand>', 'the brand, where there are several')
    .option('--json', 'print JSON', false);
}

function changing(command: Command): Command {
  return common(command).option('--plan', 'say what would happen, when and why, and change nothing', false);
}

function algorithm(): Option {
  return new Option('--alg <algorithm>', 'this algorithm only').choices(['RS256', 'ES256']);
}

export function held(): Option {
  return new Option('--agent <name...>', 'keys that the agent has, by label or fingerprint (keys.agent)');
}

async function list({ brand: name, json }: Choice, options: KeysRotationOptions): Promise<void> {
  const config = await load(options);
  const brands = name === undefined ? config.brands : [chooseBrand(config.brands, name)];
  const now = options.now();
  const reports = await Promise.all(
    brands.map(async (brand) => {
      const keys = openBrandKeys(config, brand);
      const { entries } = await loadKeySet({ ...keys, create: false, times: keys.policy, now: () => now });
      return reportKeys(brand.brand, entries, { ...keys, now });
    }),
  );
  options.io.stdout.write(json ? toJson({ brands: reports }) : reports.map(describeReport).join('\n'));
}

async function change(
  { brand: name, json, plan, agent = [] }: ChangeChoice,
  options: KeysRotationOptions,
  work: (keys: KeyChangeOptions) => Promise<KeyChange>,
): Promise<void> {
  const config = await load(options);
  const brand = chooseBrand(config.brands, name);
  const keys: BrandKeys & { now: number } = { ...openBrandKeys(config, brand), now: options.now() };
  const { entries, breaks } = await work({ ...keys, plan, held: agent }).finally(() => keys.signer?.close());
  const report = reportKeys(brand.brand, entries, keys);
  if (json) {
    options.io.stdout.write(toJson({ ...report, breaks, changed: !plan }));
    return;
  }
  const broken = breaks.map((sentence) => `  Breaks: ${sentence}\n`).join('');
  const end = plan ? 'This is a plan: nothing has changed.\n' : 'Running processes follow within seconds.\n';
  options.io.stdout.write(`${describeReport(report)}${broken}${end}`);
}

function load({ io, checks }: KeysRotationOptions): Promise<Config> {
  return loadConfig({ env: io.env, cwd: io.cwd, checks });
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
