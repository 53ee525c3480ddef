import { type Command, Option } from 'commander';
import { openBrandKeys } from '../brand/brand-keys.ts';
import type { BrandCheck, Config } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import type { SigningAlgorithm } from '../keys/signing-entry.ts';
import { withCommandAudit } from '../operations/command-audit.ts';
import { readKeyReport } from '../operations/report-keys.ts';
import { describeKeyCommand, type KeyCommand, runKeyCommand } from '../operations/run-key-command.ts';
import { answer, type JsonChoice, jsonOption } from './answer.ts';
import { chooseBrand } from './choose-brand.ts';
import { describeReport } from './describe-keys.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface KeysRotationOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
  /** Milliseconds since the epoch. */
  now(): number;
}

interface Choice extends JsonChoice {
  brand?: string;
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
  common(group.command('list').description("show each brand's signing keys, their states and what comes"))
    .addHelpText('after', exampleOf('keys list --brand acme'))
    .action((choice: Choice) => list(choice, options));

  changing(group.command('generate').description('make a next key: published, not signing yet'))
    .addOption(algorithm())
    .addOption(heldOption())
    .addHelpText('after', exampleOf('keys generate --brand acme'))
    .action((choice: AlgorithmChoice) =>
      change({ name: 'generate', algorithm: choice.alg }, choice, options),
    );

  changing(
    group
      .command('rotate')
      .description('let the next key sign as soon as everybody knows it; one is made where there is none'),
  )
    .addOption(algorithm())
    .addOption(heldOption())
    .option('--force', 'sign with it now, whoever does not know it yet', false)
    .addHelpText('after', exampleOf('keys rotate --brand acme --plan'))
    .action((choice: AlgorithmChoice & { force: boolean }) =>
      change({ name: 'rotate', algorithm: choice.alg, force: choice.force }, choice, options),
    );

  changing(group.command('retire').description('take a key out of the key set before its time'))
    .argument('<kid>', 'the key, or the first letters of its id')
    .option('--leaked', 'it is in wrong hands: it leaves now, and the next key signs now', false)
    .option('--force', 'also while what it signed is still valid', false)
    .addHelpText('after', exampleOf('keys retire q9qKr09W --brand acme --plan'))
    .action((kid: string, choice: ChangeChoice & { leaked: boolean; force: boolean }) =>
      change({ name: 'retire', kid, leaked: choice.leaked, force: choice.force }, choice, options),
    );

  changing(
    group
      .command('ack')
      .description("say that the next key is pasted at a client's platform; after the last one it signs"),
  )
    .argument('<client>', "the client's id")
    .option('--force', 'also before everybody else knows the key', false)
    .addHelpText('after', exampleOf('keys ack liveperson --brand acme'))
    .action((client: string, choice: ChangeChoice & { force: boolean }) =>
      change({ name: 'ack', client, force: choice.force }, choice, options),
    );
}

function common(command: Command): Command {
  return command.option('--brand <brand>', 'the brand, where there are several').option(...jsonOption);
}

function changing(command: Command): Command {
  return common(command).option('--plan', 'say what would happen, when and why, and change nothing', false);
}

function algorithm(): Option {
  return new Option('--alg <algorithm>', 'this algorithm only').choices(['RS256', 'ES256']);
}

export function heldOption(): Option {
  return new Option('--agent <name...>', 'keys that the agent has, by label or fingerprint (keys.agent)');
}

async function list(choice: Choice, options: KeysRotationOptions): Promise<void> {
  const config = await load(options);
  const brands = choice.brand === undefined ? config.brands : [chooseBrand(config.brands, choice.brand)];
  const now = options.now();
  const reports = await Promise.all(
    brands.map((brand) => readKeyReport(brand.brand, { ...openBrandKeys(config, brand), now })),
  );
  answer(options.io, choice, { value: { brands: reports }, lines: reports.flatMap(describeReport) });
}

async function change(
  command: KeyCommand,
  choice: ChangeChoice,
  options: KeysRotationOptions,
): Promise<void> {
  const { plan, agent: held = [] } = choice;
  const config = await load(options);
  const chosen = chooseBrand(config.brands, choice.brand);
  const { brand } = chosen;
  const keys = openBrandKeys(config, chosen);
  const changed = await runKeyCommand(command, {
    ...keys,
    brand,
    plan,
    held,
    now: options.now(),
  }).finally(() => keys.signer?.close());
  if (!plan) {
    await withCommandAudit(config, async (audit) => {
      audit.record('command.run', { brand, command: describeKeyCommand(command) });
    });
  }
  answer(options.io, choice, {
    value: changed,
    lines: [
      ...describeReport(changed),
      ...changed.breaks.map((sentence) => `  Breaks: ${sentence}`),
      plan ? 'This is a plan: nothing has changed.' : 'Running processes follow within seconds.',
    ],
  });
}

function load({ io, checks }: KeysRotationOptions): Promise<Config> {
  return loadConfig({ env: io.env, cwd: io.cwd, checks });
}
