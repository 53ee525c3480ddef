import { type Command, Option } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { resolveClient } from '../platform/resolve-client.ts';
import { createBrowser } from './check/browser.ts';
import { checkLiveChat } from './check/check-livechat.ts';
import { allFlows, checkLivePerson } from './check/check-liveperson.ts';
import type { CheckCall, CheckChoice } from './check/check-target.ts';
import { createReport } from './check/report.ts';
import { chooseClient } from './choose-client.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import { findPastedKey } from './find-pasted-key.ts';
import type { CliIo } from './io.ts';
import { type PasswordSource, readPassword } from './read-password.ts';

export interface CheckOptions {
  io: CliIo & { stdin: PasswordSource };
  checks: readonly BrandCheck[];
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now(): number;
}

type Choice = JsonChoice & CheckChoice & { brand?: string; account?: string; cookie?: string };

/** `parley check <client>`: plays the chat platform against the running server, over HTTP and from outside. */
export function registerCheck(program: Command, options: CheckOptions): void {
  program
    .command('check')
    .description('play LivePerson or LiveChat against the running server, and say what would fail there')
    .argument('<client>', "the client's id")
    .option('--brand <brand>', 'the brand, where several have a client of this id')
    .option('--account <login>', 'sign in as this consumer; the password comes from standard input')
    .option(
      '--cookie <header>',
      "or: the Cookie header of a browser that is signed in, for the issuer's host",
    )
    .addOption(new Option('--flow <flow>', 'only this flow of LivePerson').choices(allFlows))
    .option('--decrypt-key <file>', 'private key (PEM) of the encryption, to look into encrypted ID tokens')
    .option('--yes', 'the real LiveChat may create a customer and charge for the calls', false)
    .option(...jsonOption)
    .addHelpText('after', exampleOf('check liveperson --account dana --flow code'))
    .action((id: string, choice: Choice) => check(id, choice, options));
}

async function check(id: string, choice: Choice, { io, checks, fetch, now }: CheckOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const { brand, client } = chooseClient(config.brands, id, choice);
  const play = client.platform && plays[client.platform];
  if (!play)
    throw new CliError(`${id} is no client of LivePerson and none of LiveChat: only those can be checked`);
  // With --json standard output belongs to the one value.
  const out = choice.json ? { write() {} } : io.stdout;
  const report = createReport((line) => out.write(`${line}\n`));
  await play({
    io: { ...io, stdout: out },
    choice,
    brand: brand.brand,
    issuer: brand.issuer,
    client: resolveClient(client),
    chooseConsumer: () => chooseConsumer(choice, io),
    findPastedKey: () => findPastedKey(config, brand, client),
    browser: createBrowser({ issuer: brand.issuer, fetch, cookie: choice.cookie }),
    report,
    fetch,
    now,
    randomBytes: io.randomBytes,
  });
  answer(io, choice, {
    value: { brand: brand.brand, client: id, ok: report.failed === 0, steps: report.steps() },
    lines: ['', report.summary()],
  });
  if (report.failed > 0) throw new CliError(`${report.failed} of the steps failed`);
}

const plays: Readonly<Record<string, (call: CheckCall) => Promise<void>>> = {
  liveperson: checkLivePerson,
  livechat: checkLiveChat,
};

async function chooseConsumer(
  { account, cookie }: Choice,
  io: CheckOptions['io'],
): Promise<{ login: string; password: string } | undefined> {
  if (account !== undefined && cookie === undefined) {
    return { login: account, password: await readPassword(io, io.stdin, { twice: false }) };
  }
  if (account === undefined && cookie !== undefined) return undefined;
  throw new CliError(
    'say who is signed in: --account <login> with the password on standard input, or --cookie',
    2,
  );
}
