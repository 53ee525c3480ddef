import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { brandChecks } from '../../../src/brand/brand-checks.ts';
import { registerClientShow } from '../../../src/cli/client-show.ts';
import { registerKeys } from '../../../src/cli/keys.ts';
import { findPreset } from '../../../src/platform/presets.ts';
import { resolveClient } from '../../../src/platform/resolve-client.ts';
import { callCli, type CliCall } from '../../cli/cli-call.ts';
import { type CachingRelyingParty, createCachingRelyingParty } from '../../support/caching-relying-party.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

const minute = 60_000;
const hour = 60 * minute;

/**
 * Two machines with one folder of keys, their clocks five minutes fast and five minutes slow. Time is
 * what they are told; it ends before the present, in which tokens and sessions really live.
 */
let clock = Date.now() - 20 * 24 * hour;
let fast: RunningParley;
let slow: RunningParley;

const pasting = { ...testClients()[0], id: 'pasting', pasted_key: true };
const pastingClient = () => ({
  clientId: 'pasting',
  secret: secrets.liveperson,
  redirectUri: 'https://liveperson.net',
});
const elliptic = { ...testClients()[2], id: 'elliptic', id_token_alg: 'ES256' };
const brands = [
  testBrand({
    issuer: 'http://localhost:PORT/acme',
    clients: [...testClients(), elliptic],
    keys: { jwks_cache: 3600 },
  }),
  testBrand({
    brand: 'bank',
    issuer: 'http://localhost:PORT/bank',
    clients: [...testClients(), pasting],
    keys: { jwks_cache: 3600 },
  }),
];

beforeAll(async () => {
  fast = await startParley({ brands, now: () => clock + 5 * minute });
  slow = await startParley({
    brands,
    folder: fast.folder,
    store: `embedded:${fast.folder}/data-of-the-other`,
    now: () => clock - 5 * minute,
  });
});
afterAll(async () => {
  await slow?.stop({ keepFolder: true });
  await fast?.stop();
});

const lookAtKeys = () => Promise.all([fast.server.lookAtKeys(), slow.server.lookAtKeys()]);

/** Time jumps between requests, for it would end sessions amid a sign-in; the keys change under load. */
const asking = new Set<Promise<void>>();
let jumping = Promise.resolve();

async function passTime(time: number): Promise<void> {
  const jump = Promise.withResolvers<void>();
  jumping = jump.promise;
  await Promise.all(asking);
  clock += time;
  jump.resolve();
  await lookAtKeys();
}

/** An operator at the machine with the right clock. */
async function keys(...args: string[]): Promise<CliCall> {
  const call = await callCli(
    (program, io) => registerKeys(program, { io, checks: brandChecks, now: () => clock }),
    {
      args: ['keys', ...args],
      cwd: fast.folder,
      env: { PORT: String(fast.port), PARLEY_STORE: `embedded:${fast.folder}/data` },
    },
  );
  await lookAtKeys();
  return call;
}

async function statesOf(brand: string, alg = 'RS256'): Promise<string[]> {
  const { stdout } = await keys('list', '--brand', brand, '--json');
  const { brands: reports }: { brands: { keys: { state: string; alg: string }[] }[] } = JSON.parse(stdout);
  return reports.flatMap((report) => report.keys.filter((key) => key.alg === alg).map(({ state }) => state));
}

/** One consumer who asks for tokens again and again, at both machines, and two relying parties for each. */
function startLoad(clientId = 'web') {
  const load = { verified: 0, refused: [] as string[], kids: new Set<string>(), isOpen: true };
  const parties = [fast, slow].map((signer) => ({
    signer,
    visitor: new Visitor(),
    // Each looks at the other machine's key set, and began to keep it at another time.
    verifiers: [0, 20, 45].map((age) => ({ age, verifier: undefined as CachingRelyingParty | undefined })),
  }));

  async function ask({ signer, visitor, verifiers }: (typeof parties)[number]): Promise<void> {
    const client = { ...webClient(signer), clientId };
    const other = signer === fast ? slow : fast;
    const url = authorizationUrl(client);
    const silent = (await authorizeSilently(visitor, url)).get('code');
    const code = silent ?? (await signIn(visitor, authorizationUrl(client), dana)).searchParams.get('code');
    const { status, body } = await exchange(client, code ?? '');
    expect(status).toBe(200);
    for (const entry of verifiers) {
      entry.verifier ??= createCachingRelyingParty({
        jwksUri: `${other.issuer}/jwks`,
        keepFor: hour,
        now: () => clock + entry.age * minute,
      });
      try {
        load.kids.add(await entry.verifier.verify(body.id_token));
        load.verified += 1;
      } catch (error) {
        load.refused.push(String(error));
      }
    }
  }

  const running = Promise.all(
    parties.map(async (party) => {
      while (load.isOpen) {
        await jumping;
        const asked = ask(party);
        asking.add(asked);
        await asked.finally(() => asking.delete(asked));
      }
    }),
  );
  return {
    load,
    async finish() {
      load.isOpen = false;
      await running;
      return load;
    },
  };
}

/** Time goes on in steps while tokens are asked for and verified. */
async function untilState(brand: string, states: string[], step: number, alg?: string): Promise<void> {
  for (let steps = 0; steps < 60; steps += 1) {
    if (JSON.stringify(await statesOf(brand, alg)) === JSON.stringify(states)) return;
    await passTime(step);
  }
  throw new Error(`never ${states.join(', ')}`);
}

describe('51 a rotation while relying parties keep the key set for an hour', () => {
  test.each([
    ['RS256', 'web'],
    ['ES256', 'elliptic'],
  ])('of the %s key refuses no token, by clocks ten minutes apart', async (alg, clientId) => {
    const { load, finish } = startLoad(clientId);
    await poll10(load);
    expect(await keys('rotate', '--brand', 'acme', '--alg', alg)).toMatchObject({ code: 0, stderr: '' });
    expect(await statesOf('acme', alg)).toEqual(['current', 'next']);
    await untilState('acme', ['current', 'previous'], 5 * minute, alg);
    await poll10(load);
    await untilState('acme', ['current'], hour, alg);
    await poll10(load);
    const { refused, kids, verified } = await finish();
    expect(refused).toEqual([]);
    expect(kids.size).toBe(2);
    expect(verified).toBeGreaterThan(50);
  });

  test('by force is refused by them, as the command says, until they fetch the set again', async () => {
    const { load, finish } = startLoad();
    await poll10(load);
    const { stdout } = await keys('rotate', '--brand', 'acme', '--alg', 'RS256', '--force');
    expect(stdout).toMatch(/Breaks: relying parties .* refuse new tokens for up to 1 h\n/);
    await passTime(6 * minute);
    await poll10(load);
    expect(load.refused.length).toBeGreaterThan(0);
    await passTime(hour);
    const before = load.refused.length;
    await poll10(load);
    expect((await finish()).refused).toHaveLength(before);
  });
});

describe('51 a platform with a pasted key', () => {
  let pasted: string;
  const tokenOf = async () => {
    const client = { ...pastingClient(), issuer: `http://localhost:${fast.port}/bank` };
    const url = authorizationUrl(client);
    const code = (await signIn(new Visitor(), url, dana)).searchParams.get('code') ?? '';
    return (await exchange(client, code)).body.id_token;
  };
  const accepts = (idToken: string) =>
    jwtVerify(
      idToken,
      createPublicKey({ key: Buffer.from(pasted, 'base64'), format: 'der', type: 'spki' }),
    ).then(
      () => true,
      () => false,
    );
  const show = async () => {
    const call = await callCli(
      (program, io) => registerClientShow(program, { io, checks: brandChecks, resolveClient, findPreset }),
      { args: ['client', 'show', 'pasting'], cwd: fast.folder, env: { PORT: String(fast.port) } },
    );
    return call.stdout;
  };
  const warnings = () => fast.log.filter(({ msg }) => String(msg).startsWith('the next signing key waits'));

  test('is shown the next key, is warned of, and is waited for however long', async () => {
    pasted = /JWT Public Key\s+(\S+)/.exec(await show())?.[1] ?? '';
    expect(await accepts(await tokenOf())).toBe(true);
    await keys('rotate', '--brand', 'bank', '--alg', 'RS256');
    expect(await keys('ack', 'pasting', '--brand', 'bank')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('too early'),
    });
    for (let day = 0; day < 3; day += 1) await passTime(24 * hour);
    expect(await statesOf('bank')).toEqual(['current', 'next']);
    expect(await accepts(await tokenOf())).toBe(true);
    expect(warnings().length).toBeGreaterThanOrEqual(3);
    expect(warnings()[0]).toMatchObject({ level: 'warn', brand: 'bank', alg: 'RS256', clients: ['pasting'] });
  });

  test('is switched by hand: pasted, acknowledged, and the very next token is by the new key', async () => {
    const shown = await show();
    expect(shown).toContain('npx parley keys ack pasting');
    pasted = /The next public key .*\n(\S+)\n/.exec(shown)?.[1] ?? '';
    expect(await accepts(await tokenOf())).toBe(false);
    expect(await keys('ack', 'pasting', '--brand', 'bank')).toMatchObject({ code: 0, stderr: '' });
    expect(await accepts(await tokenOf())).toBe(true);
    expect(await statesOf('bank')).toEqual(['current', 'previous']);
    const said = warnings().length;
    await passTime(25 * hour);
    expect(warnings()).toHaveLength(said);
  });
});

test('51 a leaked key is out of the key set at once at every machine, and nothing is signed with it', async () => {
  const leaked = await currentKid();
  const { stdout } = await keys('retire', leaked, '--leaked', '--brand', 'acme');
  expect(stdout).toMatch(/Breaks: whoever has the key can sign tokens/);
  for (const machine of [fast, slow]) {
    const { keys: published } = (await (await fetch(`${machine.issuer}/jwks`)).json()) as JSONWebKeySet;
    expect(published.map(({ kid }) => kid)).not.toContain(leaked);
    const client = webClient(machine);
    const code = (await signIn(new Visitor(), authorizationUrl(client), dana)).searchParams.get('code') ?? '';
    const { kid } = decodeProtectedHeader((await exchange(client, code)).body.id_token);
    expect(published.map((key) => key.kid)).toContain(kid);
  }
});

async function currentKid(): Promise<string> {
  const { stdout } = await keys('list', '--brand', 'acme', '--json');
  const { brands: reports }: { brands: { keys: { kid: string; state: string; alg: string }[] }[] } =
    JSON.parse(stdout);
  const all = reports.flatMap((report) => report.keys);
  return all.find(({ state, alg }) => state === 'current' && alg === 'RS256')?.kid ?? '';
}

/** Ten verified tokens more. */
async function poll10(load: { verified: number; refused: string[] }): Promise<void> {
  const goal = load.verified + load.refused.length + 10;
  while (load.verified + load.refused.length < goal) await new Promise((done) => setTimeout(done, 5));
}
