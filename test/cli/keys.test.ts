import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { registerKeys } from '../../src/cli/keys.ts';
import { callCli } from './cli-call.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'parley-cli-keys-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const register = (program: Command, io: CliIo) =>
  registerKeys(program, { io, checks: brandChecks, now: Date.now });
const call = (...args: string[]) => callCli(register, { args: ['keys', ...args], cwd });

describe('parley keys', () => {
  test('create makes the keys of a brand once, and says what is there', async () => {
    const first = await call('create', 'acme');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^Made: .*keys\/acme\/signing\.json\n {2}RS256 {2}[\w-]{43}\n {2}ES256 {2}[\w-]{43}\n$/,
    );
    expect((await readdir(join(cwd, 'keys', 'acme'))).toSorted()).toEqual(['pairwise.json', 'signing.json']);
    const second = await call('create', 'acme');
    expect(second).toMatchObject({ code: 0, stdout: first.stdout.replace('Made', 'There already') });
  });

  test('create follows PARLEY_KEYS, also where production still lacks its cookie keys', async () => {
    const env = { PARLEY_KEYS: 'elsewhere', NODE_ENV: 'production' };
    const { code } = await callCli(register, { args: ['keys', 'create', 'acme'], cwd, env });
    expect([code, await readdir(cwd)]).toEqual([0, ['elsewhere']]);
  });

  test('show prints public halves only', async () => {
    await call('create', 'acme');
    const { code, stdout } = await call('show', 'acme');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[\w+/]+={0,2}\n/);
    const { keys }: { keys: object[] } = JSON.parse(stdout.slice(stdout.indexOf('JWKS:\n') + 6));
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(secret);
    }
  });

  test('show of a brand without keys makes none and names the command', async () => {
    const { code, stdout, stderr } = await call('show', 'acme');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('npx parley keys create acme');
    expect(await readdir(cwd)).toEqual([]);
  });

  test('show and create refuse keys that others can read', async () => {
    await call('create', 'acme');
    await chmod(join(cwd, 'keys', 'acme', 'signing.json'), 0o640);
    for (const command of ['show', 'create']) {
      expect(await call(command, 'acme')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('chmod 600'),
      });
    }
  });

  test('cookie prints a fresh value each time and keeps none', async () => {
    const values = [(await call('cookie')).stdout, (await call('cookie')).stdout];
    for (const value of values) expect(value).toMatch(/^[\w-]{43}\n$/);
    expect(values[0]).not.toBe(values[1]);
    expect(await readdir(cwd)).toEqual([]);
  });

  test.each(['../acme', 'Acme'])('a brand named %s is refused', async (brand) => {
    expect(await call('create', brand)).toMatchObject({ code: 1, stdout: '' });
    expect(await readdir(cwd)).toEqual([]);
  });
});
