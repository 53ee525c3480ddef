import type { Command } from 'commander';
import type { BrandCheck, Config } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { recordCommand, withCommandAudit } from '../operations/command-audit.ts';
import {
  isChosen,
  type LimitChoice,
  type ManagedLimits,
  type ReachedLimit,
  withLimits,
} from '../operations/manage-limits.ts';
import { answer, type JsonChoice, jsonOption } from './answer.ts';
import { chooseBrand } from './choose-brand.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface LimitsOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

type Choice = JsonChoice & LimitChoice & { brand?: string };

/** `parley limits list | release | forget-browsers`: who has to wait after too many wrong attempts. */
export function registerLimits(program: Command, options: LimitsOptions): void {
  const group = program.command('limits').description('limits of wrong passwords, codes and client secrets');
  choosing(group.command('list'))
    .description('show the limits that were reached, and how long the next attempt has to wait')
    .addHelpText('after', exampleOf('limits list', 'limits list --address 203.0.113.7'))
    .action((choice: Choice) =>
      work(options, choice, async ({ limits, brand }) =>
        show(options.io, choice, { brand, limits: await limits.list(choice) }),
      ),
    );
  choosing(group.command('release'))
    .description('forget the attempts, so that the next one need not wait')
    .option('--all', 'every limit of the brand', false)
    .addHelpText('after', exampleOf('limits release --all'))
    .action((choice: Choice & { all: boolean }) =>
      work(options, choice, (opened) => release(opened, choice, options.io)),
    );
  group
    .command('forget-browsers')
    .description('make the browsers in which a login was signed in strangers again')
    .requiredOption('--login <login>', 'what the consumer types as the name')
    .option('--brand <brand>', 'the brand, where there are several')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('limits forget-browsers --login dana'))
    .action((choice: Choice & { login: string }) =>
      work(options, choice, async ({ limits, config, brand }) => {
        await recordCommand(config, { command: 'limits forget-browsers', brand });
        const forgotten = await limits.forgetBrowsers(choice.login);
        answer(options.io, choice, {
          value: { brand, forgotten_browsers: forgotten },
          lines: [`${forgotten} known ${forgotten === 1 ? 'browser' : 'browsers'} forgotten`],
        });
      }),
    );
}

function choosing(command: Command): Command {
  return command
    .option('--brand <brand>', 'the brand, where there are several')
    .option('--login <login>', 'what the consumer types as the name')
    .option('--address <address>', 'where the attempts come from')
    .option('--client <client>', "the client's id")
    .option('--account <account>', 'the account id, for one-time codes')
    .option(...jsonOption);
}

interface Work {
  limits: ManagedLimits;
  config: Config;
  brand: string;
}

async function work(
  { io, checks }: LimitsOptions,
  choice: Choice,
  task: (work: Work) => Promise<void>,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const brand = chooseBrand(config.brands, choice.brand);
  await withLimits(config, brand, (limits) => task({ limits, config, brand: brand.brand }));
}

async function release(
  { limits, config, brand }: Work,
  choice: Choice & { all: boolean },
  io: CliIo,
): Promise<void> {
  if (!choice.all && !isChosen(choice))
    throw new CliError('say whose: --login, --address, --client or --account, or --all', 2);
  const released = await withCommandAudit(config, (audit) => limits.release(choice, audit));
  show(io, choice, { brand, limits: released });
}

function show(io: CliIo, choice: Choice, found: { brand: string; limits: ReachedLimit[] }): void {
  const { limits } = found;
  answer(io, choice, {
    value: found,
    lines: limits.length > 0 ? limits.map(describe) : ['no such limit was reached'],
  });
}

/** Logins are hashes: the store knows no others. */
function describe({ kind, entry, attempts, wait }: ReachedLimit): string {
  const waiting = wait > 0 ? `waits ${wait} s` : 'need not wait';
  return `${kind.padEnd(20)}  ${String(attempts).padStart(4)} attempts  ${waiting.padEnd(13)}  ${entry}`;
}
