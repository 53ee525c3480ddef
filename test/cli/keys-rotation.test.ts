import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import type { KeyReport } from '../../src/operations/report-keys.ts';
import { registerKeys } from '../../src/cli/keys.ts';
import { createTemporaryConfig, type TemporaryConfig } from '../config/temporary-config.ts';
import { callCli } from './cli-call.ts';

const brandFile = (more = '') => `
brand: acme
issuer: https://id.acme.example
accounts: { file: { path: accounts.yaml } }
clients:
  - { id: chat, platform: liveperson, secret: a-secret-of-the-brand-0123456789, pasted_key: true }
  - { id: web, secret: another-secret-of-the-brand-01234, redirect_uris: [https://www.acme.example/cb] }
${more}`;

let config: TemporaryConfig;
let now = Date.UTC(2026, 10, 2);
beforeEach(async () => {
  now = Date.UTC(2026, 10, 2);
  config = await createTemporaryConfig({
    'config/brands/acme.yaml': brandFile(),
    'accounts.yaml': 'accounts: []\n',
  });
  await call('create', 'acme');
});
afterEach(() => config.remove());

const call = (...args: string[]) =>
  callCli((program, io) => registerKeys(program, { io, checks: brandChecks, now: () => (now += 1) }), {
    args: ['keys', ...args],
    cwd: config.cwd,
  });
const file = () => `${config.cwd}/keys/acme/signing.json`;
const read = () => readFile(file(), 'utf8');

async function report(): Promise<KeyReport> {
  const { stdout } = await call('list', '--json');
  const { brands }: { brands: KeyReport[] } = JSON.parse(stdout);
  return brands[0]!;
}
const states = async () => (await report()).keys.map(({ alg, state }) => `${alg} ${state}`);

describe('parley keys', () => {
  test('list says the states, and what comes', async () => {
    expect(await states()).toEqual(['RS256 current', 'ES256 current']);
    const { stdout } = await call('list');
    expect(stdout).toMatch(
      /^acme {2}.*signing\.json\n {2}RS256 {2}current {3}[\w-]{43} {2}signs since 2\d{3}-/,
    );
  });

  test('generate makes a next key that waits for whoever has to paste it', async () => {
    expect(await call('generate', '--alg', 'RS256')).toMatchObject({ code: 0, stderr: '' });
    expect(await states()).toEqual(['RS256 current', 'RS256 next', 'ES256 current']);
    expect((await report()).plan).toMatchObject([
      { step: 'is waited for', why: expect.stringContaining('parley keys ack chat') },
    ]);
    expect(await call('generate', '--alg', 'RS256')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is a next RS256 key already'),
    });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  test.each<[string, string[]]>([
    ['generate', ['generate']],
    ['rotate', ['rotate']],
    ['rotate by force', ['rotate', '--force']],
  ])('%s with --plan says what would happen and changes nothing', async (_title, args) => {
    const before = await read();
    const { code, stdout } = await call(...args, '--plan');
    expect(code).toBe(0);
    expect(stdout).toContain('What comes:');
    expect(stdout).toMatch(/This is a plan: nothing has changed\.\n$/);
    expect(await read()).toBe(before);
  });

  test('rotate says when and why, in words and as JSON', async () => {
    const { stdout } = await call('rotate', '--alg', 'ES256', '--json');
    const { plan, changed, breaks }: KeyReport & { changed: boolean; breaks: string[] } = JSON.parse(stdout);
    expect({ changed, breaks }).toEqual({ changed: true, breaks: [] });
    expect(plan).toMatchObject([
      {
        at: expect.stringContaining('2026-11-03T00:15:00.'),
        alg: 'ES256',
        step: 'becomes current',
        why: expect.stringContaining('1 d'),
      },
      { alg: 'ES256', step: 'is retired', why: expect.stringContaining('12 h') },
    ]);
  });

  test('rotate by force names what breaks for whom', async () => {
    const { stdout } = await call('rotate', '--force');
    expect(stdout).toContain('Breaks: chat refuses every new token until the new key is pasted there');
    expect(stdout).toMatch(/Breaks: relying parties .* for up to 1 d\n/);
    expect(await states()).toEqual(['RS256 current', 'RS256 previous', 'ES256 current', 'ES256 previous']);
  });

  test('ack comes too early, then lets the key sign', async () => {
    await call('rotate', '--alg', 'RS256');
    expect(await call('ack', 'chat')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('2026-11-03T00:15'),
    });
    now += 25 * 3_600_000;
    expect(await call('ack', 'chat')).toMatchObject({ code: 0, stderr: '' });
    expect(await states()).toEqual(['RS256 current', 'RS256 previous', 'ES256 current']);
  });

  test('ack of a client that fetches the key set is refused with the reason', async () => {
    await call('generate');
    expect(await call('ack', 'web')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pasted_key'),
    });
  });

  test('retire takes a next key back, guards the others, and knows a key by its first letters', async () => {
    await call('generate', '--alg', 'ES256');
    const { keys } = await report();
    const [current, next] = keys.filter(({ alg }) => alg === 'ES256');
    expect(await call('retire', current!.kid)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--leaked'),
    });
    expect(await call('retire', next!.kid.slice(0, 10))).toMatchObject({ code: 0 });
    expect(await states()).toEqual(['RS256 current', 'ES256 current']);
    await call('rotate', '--alg', 'ES256', '--force');
    expect(await call('retire', current!.kid)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--force'),
    });
    expect(await call('retire', current!.kid, '--force')).toMatchObject({ code: 0 });
    expect(await states()).toEqual(['RS256 current', 'ES256 current']);
    expect(await call('retire', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no key nothing'),
    });
  });

  test('retire of a leaked key makes the next one when there is none, and says what breaks', async () => {
    const { keys } = await report();
    const { stdout } = await call('retire', keys[0]!.kid, '--leaked');
    expect(stdout.match(/Breaks: /g)).toHaveLength(4);
    const after = (await report()).keys;
    expect(after.map(({ alg, state }) => `${alg} ${state}`)).toEqual(['RS256 current', 'ES256 current']);
    expect(after[0]!.kid).not.toBe(keys[0]!.kid);
    expect(await read()).not.toContain(keys[0]!.kid);
  });

  test('create refuses a brand that the configuration does not know, and makes nothing', async () => {
    expect(await call('create', 'amce')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'there is no brand amce: did you mean acme?\n',
    });
    await expect(stat(`${config.cwd}/keys/amce`)).rejects.toThrow('ENOENT');
  });

  test('nothing private is printed by any of them', async () => {
    const outputs = [];
    for (const args of [['generate'], ['list', '--json'], ['rotate', '--force', '--json']])
      outputs.push((await call(...args)).stdout);
    const secrets = [...(await read()).matchAll(/"(?:d|p|q|dp|dq|qi)": "([^"]+)"/g)].map(
      ([, secret]) => secret!,
    );
    expect(secrets.length).toBeGreaterThan(10);
    for (const secret of secrets) expect(outputs.join('')).not.toContain(secret);
  });
});

describe('a schedule that cannot work', () => {
  test.each([
    [
      'announce is shorter than relying parties need',
      'keys: { rotate_every: 7776000, announce: 3600 }',
      'keys.announce',
    ],
    ['keys change faster than they are announced', 'keys: { rotate_every: 1300000 }', 'keys.rotate_every'],
  ])('%s: refused with the number that would do', async (_title, yaml, path) => {
    await config.write('config/brands/acme.yaml', brandFile(yaml));
    const { code, stderr } = await call('list');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`brands/acme\\.yaml:\\d+:\\d+ ${path}: .*\\n {4}fix: write \\d+ or more`),
    );
  });
});
