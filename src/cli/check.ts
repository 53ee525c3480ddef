import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { parseEncryptionKey } from '../keys/encryption-key.ts';
import { type ResolvedClient, resolveClient } from '../platform/resolve-client.ts';
import type { Flow } from '../twin/liveperson/connector.ts';
import { createBrowser } from './check/browser.ts';
import { createReport } from './check/report.ts';
import { runCheck } from './check/run-check.ts';
import { chooseClient } from './choose-client.ts';
import { CliError } from './cli-error.ts';
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

interface Choice {
  brand?: string;
  account?: string;
  cookie?: string;
  flow?: Flow;
  decryptKey?: string;
}

const allFlows: readonly Flow[] = ['code', 'pkce', 'implicit'];

/** `parley check <client>`: plays LivePerson against the running server, over HTTP and from outside. */
export function registerCheck(program: Command, options: CheckOptions): void {
  program
    .command('check')
    .description('play LivePerson against the running server, and say what it would refuse')
    .argument('<client>', "the client's id")
    .option('--brand <brand>', 'the brand, where several have a client of this id')
    .option('--account <login>', 'sign in as this consumer; the password comes from standard input')
    .option(
      '--cookie <header>',
      "or: the Cookie header of a browser that is signed in, for the issuer's host",
    )
    .addOption(new Option('--flow <flow>', 'only this flow').choices(allFlows))
    .option('--decrypt-key <file>', 'private key (PEM) of the encryption, to look into encrypted ID tokens')
    .action((id: string, choice: Choice) => check(id, choice, options));
}

async function check(id: string, choice: Choice, { io, checks, fetch, now }: CheckOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const { brand, client } = chooseClient(config.brands, id, choice);
  if (client.platform !== 'liveperson')
    throw new CliError(`${id} is no client of LivePerson: only those can be checked`);
  const resolved = resolveClient(client);
  const flows = chooseFlows(resolved, choice);
  const decryption = choice.decryptKey
    ? { key: await loadPrivateKey(resolve(io.cwd, choice.decryptKey)) }
    : undefined;
  const consumer = await chooseConsumer(choice, io);

  const report = createReport((line) => io.stdout.write(`${line}\n`));
  const { issuer } = brand;
  io.stdout.write(`${id} of ${brand.brand}: LivePerson against ${issuer}\n`);
  await runCheck({
    issuer,
    client: resolved,
    flows,
    consumer,
    decryption,
    encryptionKeyId: keyIdOf(resolved),
    pastedKey: await findPastedKey(config.server.keys, brand.brand),
    browser: createBrowser({ issuer, fetch, cookie: choice.cookie }),
    report,
    fetch,
    now,
    randomBytes: io.randomBytes,
  });
  io.stdout.write(`\n${report.summary()}\n`);
  if (report.failed > 0) throw new CliError(`${report.failed} of the steps failed`);
}

function chooseFlows({ id, flows }: ResolvedClient, { flow }: Choice): Flow[] {
  const own = allFlows.filter((one) => flows.includes(one));
  if (flow === undefined) return own;
  if (own.includes(flow)) return [flow];
  throw new CliError(`${id} does not use the flow ${flow}: its flows are ${own.join(', ')}`, 2);
}

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

async function loadPrivateKey(file: string): Promise<KeyObject> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CliError(`${file} is no private key in PEM without a passphrase`);
  }
}

/** As the issuer names it: the client's own word, else the JWK's. */
function keyIdOf({ encryption }: ResolvedClient): string | undefined {
  return encryption && (encryption.kid ?? parseEncryptionKey(encryption.key).kid);
}
