import type { Command } from 'commander';
import { openBrandKeys } from '../brand/brand-keys.ts';
import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { listBrandNames } from '../config/load-brands.ts';
import { loadConfig } from '../config/load-config.ts';
import { loadServer } from '../config/load-server.ts';
import { KeyError } from '../keys/key-error.ts';
import { type KeySet, loadKeySet, signingKey } from '../keys/key-set.ts';
import { loadPairwiseSalt } from '../keys/pairwise-salt.ts';
import { pastedKey, publicJwks } from '../keys/public-key.ts';
import { createRandomSecret } from '../keys/random-secret.ts';
import { chooseBrand } from './choose-brand.ts';
import { createHeldKeys } from '../operations/change-keys.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';
import { heldOption, type KeysRotationOptions, registerKeysRotation } from './keys-rotation.ts';

/** `parley keys`. Nothing private is ever printed but what `cookie` and `encryption` make. */
export function registerKeys(program: Command, options: KeysRotationOptions): void {
  const { io } = options;
  const group = program.command('keys').description('signing keys, cookie keys and encryption keys');
  group
    .command('create')
    .description("make a brand's keys, once; where several processes share a store, before the first start")
    .argument('<brand>', "the brand's name")
    .addOption(heldOption())
    .option(...jsonOption)
    .addHelpText('after', exampleOf('keys create acme'))
    .action((brand: string, choice: CreateChoice) => create(brand, choice, options));
  group
    .command('show')
    .description('print what platforms may know: key ids, the key to paste, the JWKS')
    .argument('<brand>', "the brand's name")
    .option(...jsonOption)
    .addHelpText('after', exampleOf('keys show acme'))
    .action((brand: string, choice: JsonChoice) => show(brand, choice, io));
  registerKeysRotation(group, options);
  group
    .command('cookie')
    .description('print a new random value for PARLEY_COOKIE_KEYS')
    .addHelpText('after', exampleOf('keys cookie'))
    .action(() => printRandom(io));
  group
    .command('encryption')
    .description('print a new random value for PARLEY_ENCRYPTION_KEYS; put it in front of the older ones')
    .addHelpText('after', exampleOf('keys encryption'))
    .action(() => printRandom(io));
}

function printRandom(io: CliIo): void {
  io.stdout.write(`${createRandomSecret((size) => io.randomBytes(size))}\n`);
}

type CreateChoice = JsonChoice & { agent?: string[] };

async function create(
  brand: string,
  { agent: held = [], ...choice }: CreateChoice,
  call: KeysRotationOptions,
): Promise<void> {
  const { io, now } = call;
  checkBrandName(brand, io);
  const options = { folder: keysFolder(io), brand };
  const existing = await findKeySet(options);
  if (!existing && held.length > 0) await createFromAgent(brand, held, call);
  const keySet = existing ?? (await loadKeySet({ ...options, create: held.length === 0, now }));
  await loadPairwiseSalt({ ...options, create: true });
  answer(io, choice, {
    value: { brand, made: !existing, file: keySet.file, keys: toJson(keySet) },
    lines: [`${existing ? 'There already' : 'Made'}: ${keySet.file}`, ...describeKeys(keySet)],
  });
}

/** The configuration says where the agent is. */
async function createFromAgent(
  name: string,
  held: readonly string[],
  { io, checks, now }: KeysRotationOptions,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const brand = chooseBrand(config.brands, name);
  const keys = openBrandKeys(config, brand);
  try {
    await createHeldKeys({ ...keys, held, now: now() });
  } finally {
    keys.signer?.close();
  }
}

async function show(brand: string, choice: JsonChoice, io: CliIo): Promise<void> {
  const keySet = await loadKeySet({ folder: keysFolder(io), brand, create: false });
  const key = signingKey(keySet);
  const jwks = publicJwks(keySet);
  const pasted = key && pastedKey(key);
  answer(io, choice, {
    value: { brand, file: keySet.file, keys: toJson(keySet), pasted_key: pasted ?? null, jwks },
    lines: [
      keySet.file,
      ...describeKeys(keySet),
      '',
      ...(pasted === undefined ? [] : [`To paste as public key (${key?.kid}):`, pasted, '']),
      'JWKS:',
      JSON.stringify(jwks, undefined, 2),
    ],
  });
}

/** Keys of a mistyped brand would look like keys that are there. @throws CliError */
function checkBrandName(brand: string, { env, cwd }: CliIo): void {
  const names = listBrandNames({ env, cwd });
  if (names.length === 0 || names.includes(brand)) return;
  const meant = didYouMean(brand, names);
  const hint = meant === undefined ? `there is ${names.join(', ')}` : `did you mean ${meant}?`;
  throw new CliError(`there is no brand ${brand}: ${hint}`);
}

async function findKeySet(options: { folder: string; brand: string }): Promise<KeySet | undefined> {
  try {
    return await loadKeySet({ ...options, create: false });
  } catch (error) {
    if (error instanceof KeyError && error.reason === 'missing') return undefined;
    throw error;
  }
}

function describeKeys({ jwks }: KeySet): string[] {
  return jwks.keys.map(({ alg, kid }) => `  ${alg}  ${kid}`);
}

function toJson({ jwks }: KeySet) {
  return jwks.keys.map(({ alg, kid }) => ({ alg, kid }));
}

/** Keys are made before the configuration is complete, so production's demands on server.yaml wait until the start. */
function keysFolder({ env, cwd }: CliIo): string {
  const { server, problems } = loadServer({ env: { ...env, NODE_ENV: undefined }, cwd });
  if (!server) throw new ConfigError(problems);
  return server.keys;
}
