import type { Command } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { recordCommand, withCommandAudit } from '../operations/command-audit.ts';
import { type ConsumerSession, withConsumerSessions } from '../operations/consumer-sessions.ts';
import { idNotLogin } from './account-id.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { chooseBrand } from './choose-brand.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface SessionsOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

type Choice = JsonChoice & { brand?: string };

/** `parley sessions show | end`: where a consumer is signed in, and out with them. */
export function registerSessions(program: Command, options: SessionsOptions): void {
  const group = program.command('sessions').description("a consumer's sessions, on all devices");
  named(group.command('show'))
    .description('list where a consumer is signed in, since when, and what was given there')
    .addHelpText('after', exampleOf('sessions show c-dana-7Qm2'))
    .action((account: string, choice: Choice) => show(account, choice, options));
  named(group.command('end'))
    .description(
      'sign a consumer out everywhere: sessions, codes and tokens are dead, relying parties are told',
    )
    .option('--yes', 'really do it', false)
    .addHelpText('after', exampleOf('sessions end c-dana-7Qm2 --yes'))
    .action((account: string, choice: Choice & { yes: boolean }) => end(account, choice, options));
}

function named(command: Command): Command {
  return command
    .argument('<account>', "the consumer's account id, as the account directory has it")
    .option('--brand <brand>', 'the brand, where there are several')
    .option(...jsonOption);
}

async function show(account: string, choice: Choice, { io, checks }: SessionsOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const brand = chooseBrand(config.brands, choice.brand);
  await recordCommand(config, { command: 'sessions show', brand: brand.brand, accountId: account });
  const sessions = await withCommandAudit(config, (audit) =>
    withConsumerSessions(config, { brand, audit }, (open) => open.list(account)),
  );
  const none = `the account ${account} of ${brand.brand} is signed in nowhere ${idNotLogin}`;
  answer(io, choice, {
    value: { brand: brand.brand, account, sessions },
    lines: sessions.length > 0 ? sessions.map(describe) : [none],
  });
}

async function end(
  account: string,
  choice: Choice & { yes: boolean },
  { io, checks }: SessionsOptions,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const brand = chooseBrand(config.brands, choice.brand);
  if (!choice.yes) {
    throw new CliError(`nothing was changed: add --yes to sign ${account} of ${brand.brand} out`, 2);
  }
  const ended = await withCommandAudit(config, (audit) =>
    withConsumerSessions(config, { brand, audit }, (open) => open.end(account)),
  );
  answer(io, choice, {
    value: { brand: brand.brand, account, ended_sessions: ended },
    lines: [
      `${ended} ${ended === 1 ? 'session' : 'sessions'} ended; codes and tokens from before now are dead too.`,
      ...(ended === 0 ? [idNotLogin] : []),
    ],
  });
}

function minute(time: string): string {
  return time.replace('T', ' ').slice(0, 16);
}

function describe({ uid, began_at, ends_at, way, clients }: ConsumerSession): string {
  const given = clients.length > 0 ? clients.join(', ') : 'nothing yet';
  return `${minute(began_at)}  until ${minute(ends_at)}  ${(way ?? '').padEnd(9)}  ${given}  (${uid})`;
}
