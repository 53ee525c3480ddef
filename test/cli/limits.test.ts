import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerLimits } from '../../src/cli/limits.ts';
import { Guesser } from '../support/guesser.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { callCli } from './cli-call.ts';

let folder: string;
let parley: RunningParley;
let guesser: Guesser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-limits-'));
  const limits = { account_and_address: 2, second_factor: 1, first_wait: 600 };
  parley = await startParley({
    folder,
    brands: [testBrand({ limits })],
    serverYaml: { trusted_proxies: ['127.0.0.1', '::1'], audit: { to: 'audit.log' } },
  });
  guesser = await Guesser.at(webClient(parley));
  for (const login of [dana.login, 'sam'])
    for (const from of ['192.0.2.1', '192.0.2.2'])
      for (const password of ['wrong', 'wronger']) await guesser.statusOf({ login, password, from });
});
afterAll(async () => {
  await parley.stop();
  await rm(folder, { recursive: true, force: true });
});

const limits = (...args: string[]) =>
  callCli((program, io) => registerLimits(program, { io, checks: brandChecks }), {
    args: ['limits', ...args],
    cwd: folder,
    env: {
      PARLEY_CONFIG: join(folder, 'config'),
      PARLEY_KEYS: join(folder, 'keys'),
      PARLEY_STORE: `embedded:${join(folder, 'data')}`,
      PORT: String(parley.port),
    },
  });

const limitsIn = (text: string): Record<string, unknown>[] => JSON.parse(text).limits;

test('list shows what was reached and how long it waits, without a name', async () => {
  const { code, stdout } = await limits('list');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(4);
  expect(stdout).toMatch(
    /^account-and-address +2 attempts {2}waits (?:59\d|600) s +[\w-]{43} 192\.0\.2\.\d$/m,
  );
  expect(stdout).not.toContain(dana.login);
});

test('list --json is of those that are meant', async () => {
  const all = limitsIn((await limits('list', '--json')).stdout);
  expect(all).toHaveLength(4);
  expect(all[0]).toEqual({
    kind: 'account-and-address',
    entry: expect.stringMatching(/^[\w-]{43} 192/),
    attempts: 2,
    wait: expect.any(Number),
  });
  const hers = limitsIn((await limits('list', '--json', '--login', ' DANA')).stdout);
  expect(hers).toHaveLength(2);
  const there = limitsIn((await limits('list', '--json', '--address', '::ffff:192.0.2.1')).stdout);
  expect(there).toHaveLength(2);
  expect((await limits('list', '--client', 'web')).stdout).toBe('no such limit was reached\n');
});

test('release wants to be told whose, and says when there is nothing', async () => {
  expect(await limits('release')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'say whose: --login, --address, --client or --account, or --all\n',
  });
  expect(await limits('release', '--login', 'nobody')).toMatchObject({
    code: 0,
    stdout: 'no such limit was reached\n',
  });
});

test('release lets the consumer try at once, in the running server, and nobody else', async () => {
  expect(await guesser.statusOf({ ...dana, from: '192.0.2.1' })).toBe(429);
  const { code, stdout } = await limits('release', '--login', dana.login, '--address', '192.0.2.1');
  expect([code, stdout.trim().split('\n').length]).toEqual([0, 1]);
  expect(await guesser.statusOf({ ...dana, from: '192.0.2.2' })).toBe(429);
  expect(await guesser.statusOf({ ...dana, from: '192.0.2.1' })).toBe(303);
  expect(limitsIn((await limits('list', '--json')).stdout)).toHaveLength(3);
  const written = (await readFile(join(folder, 'audit.log'), 'utf8')).trim().split('\n');
  const [released] = written
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'limit.released');
  expect(released).toMatchObject({
    brand: 'acme',
    limit: 'account-and-address',
    entry: expect.stringContaining('192.0.2.1'),
  });
});

test('forget-browsers makes her browser a stranger', async () => {
  expect((await limits('forget-browsers', '--login', dana.login)).stdout).toBe('1 known browser forgotten\n');
  expect((await limits('forget-browsers', '--login', dana.login)).stdout).toBe(
    '0 known browsers forgotten\n',
  );
});
