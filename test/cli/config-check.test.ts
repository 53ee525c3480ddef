import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import type { BrandCheck } from '../../src/config/contract.ts';
import { registerConfigCheck } from '../../src/cli/config-check.ts';
import { createSigningKeys } from '../../src/keys/create-signing-keys.ts';
import {
  brandWith,
  createTemporaryConfig,
  goodBrand,
  type TemporaryConfig,
} from '../config/temporary-config.ts';
import { callCli, type CliCall } from './cli-call.ts';

const opened: TemporaryConfig[] = [];

async function check(
  brand: string,
  {
    args = ['config', 'check'],
    checks = [],
    env = {},
  }: { args?: string[]; checks?: readonly BrandCheck[]; env?: Record<string, string> } = {},
): Promise<CliCall> {
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  opened.push(config);
  return callCli((program, io) => registerConfigCheck(program, { io, checks }), {
    args,
    cwd: config.cwd,
    env,
  });
}

afterEach(async () => {
  for (const config of opened.splice(0)) await config.remove();
});

const never: BrandCheck = () => [
  { path: ['claims'], message: 'never right', fix: 'none', severity: 'error' },
];

describe('parley config check', () => {
  test('says in one line that all is well', async () => {
    expect(await check(goodBrand)).toEqual({ code: 0, stdout: 'ok: 1 brand, 2 clients\n', stderr: '' });
  });

  test('prints every problem with its fix and ends with code 1', async () => {
    const { code, stdout, stderr } = await check(`${goodBrand}theme: dark\nscops: {}\n`);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^brands\/acme\.yaml:18:1 theme: unknown key\n {4}fix: .*\nbrands\/acme\.yaml:19:1 scops: unknown key\n/,
    );
  });

  test('prints warnings and ends with code 0', async () => {
    const { code, stdout } = await check(brandWith('[account_number]', '[account_number, plan]'));
    expect(code).toBe(0);
    expect(stdout).toContain(
      'brands/acme.yaml:8:29 scopes.account[1]: warning: the claim plan is never mapped',
    );
    expect(stdout).toMatch(/\nok: 1 brand, 2 clients, 1 warning\n$/);
  });

  test('runs the checks that it is given', async () => {
    const { code, stderr } = await check(goodBrand, { checks: [never] });
    expect(code).toBe(1);
    expect(stderr).toContain('brands/acme.yaml:5:1 claims: never right');
  });

  describe('with the keys', () => {
    const inProduction = { NODE_ENV: 'production', PARLEY_COOKIE_KEYS: 'k'.repeat(32) };

    test('says which files and texts are no keys, all at once, each at its line', async () => {
      const { code, stderr } = await check(
        `${goodBrand}keys: { set: '{}', certificates: [none.pem, config/brands/acme.yaml] }\n`,
        { checks: brandChecks },
      );
      expect(code).toBe(1);
      expect(stderr.split('\n').filter((line) => !line.startsWith(' '))).toEqual([
        'brands/acme.yaml:18:9 keys.set: it is not a key file (at keys)',
        expect.stringMatching(
          /^brands\/acme\.yaml:18:35 keys\.certificates\[0\]: .*none\.pem cannot be read/,
        ),
        expect.stringMatching(
          /^brands\/acme\.yaml:18:45 keys\.certificates\[1\]: .* has no PEM certificate$/,
        ),
        '',
      ]);
    });

    test('warns of those that a start would miss, and makes none', async () => {
      const env = { ...inProduction, PARLEY_STORE: 'redis://127.0.0.1:1' };
      const { code, stdout } = await check(goodBrand, { env });
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(
          /keys\/acme: warning: there is no .*signing\.json: make it once with `npx parley/,
        ),
      ]);
      expect(existsSync(join(opened[0]!.cwd, 'keys'))).toBe(false);
      expect((await check(goodBrand, { env: inProduction })).stdout).toBe('ok: 1 brand, 2 clients\n');
    });

    test('refuses a key file that is none', async () => {
      const config = await createTemporaryConfig({
        'config/brands/acme.yaml': goodBrand,
        'keys/acme/signing.json': '{}',
      });
      opened.push(config);
      await chmod(join(config.cwd, 'keys/acme/signing.json'), 0o600);
      const { code, stderr } = await callCli(
        (program, io) => registerConfigCheck(program, { io, checks: [] }),
        { args: ['config', 'check'], cwd: config.cwd },
      );
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/signing\.json is not a key file \(at keys\)/),
      ]);
    });

    test('refuses keys that an agent holds where no agent is named', async () => {
      const isPrivate = ([name]: [string, unknown]) => ['d', 'p', 'q', 'dp', 'dq', 'qi'].includes(name);
      const keys = (await createSigningKeys()).map((key) => ({
        created_at: '2026-11-01T00:00:00Z',
        agent: true,
        jwk: Object.fromEntries(Object.entries(key).filter((member) => !isPrivate(member))),
      }));
      const config = await createTemporaryConfig({
        'config/brands/acme.yaml': goodBrand,
        'config/brands/bolt.yaml': `${goodBrand.replaceAll('acme', 'bolt')}keys: { agent: /run/agent.sock }\n`,
        'keys/acme/signing.json': JSON.stringify({ keys }),
        'keys/bolt/signing.json': JSON.stringify({ keys }),
      });
      opened.push(config);
      for (const brand of ['acme', 'bolt'])
        await chmod(join(config.cwd, `keys/${brand}/signing.json`), 0o600);
      const { code, stderr } = await callCli(
        (program, io) => registerConfigCheck(program, { io, checks: [] }),
        { args: ['config', 'check'], cwd: config.cwd },
      );
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/acme\/signing\.json has the public half of the key .* alone: set keys\.agent/),
      ]);
      expect(stderr.replaceAll(config.cwd, '')).not.toContain('bolt');
    });
  });

  test('names the demo brands that production skips', async () => {
    const config = await createTemporaryConfig({
      'config/brands/acme.yaml': goodBrand,
      'config/brands/demo.yaml': brandWith('brand: acme', 'brand: demo\ndemo: true'),
    });
    opened.push(config);
    const { stdout } = await callCli((program, io) => registerConfigCheck(program, { io, checks: [] }), {
      args: ['config', 'check'],
      cwd: config.cwd,
      env: { NODE_ENV: 'production', PARLEY_COOKIE_KEYS: 'k'.repeat(32) },
    });
    expect(stdout).toBe('ok: 1 brand, 2 clients (demo brands are skipped in production: demo)\n');
  });
});

describe('the command line', () => {
  test.each([
    ['an unknown command', ['confg'], "error: unknown command 'confg'"],
    ['an unknown command of a group', ['config', 'chek'], "error: unknown command 'chek'"],
    ['an unknown option', ['config', 'check', '--fast'], "error: unknown option '--fast'"],
    ['an argument too many', ['config', 'check', 'acme'], 'error: too many arguments'],
  ])('answers %s with one sentence and code 2', async (_, args, sentence) => {
    const { code, stdout, stderr } = await check(goodBrand, { args });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('prints its help with code 0', async () => {
    const { code, stdout } = await check(goodBrand, { args: ['--help'] });
    expect(code).toBe(0);
    expect(stdout).toContain('config');
  });

  test('runs as a program of its own', async () => {
    const config = await createTemporaryConfig({ 'config/brands/acme.yaml': goodBrand });
    opened.push(config);
    const program = new URL('../../src/cli/main.ts', import.meta.url).pathname;
    const { code, stdout } = await runProgram(program, ['config', 'check'], config.cwd);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ok: 1 brand, 2 clients\n' });
    expect((await runProgram(program, ['nonsense'], config.cwd)).code).toBe(2);
  });
});

/** Through its first line, as npx starts it. */
function runProgram(path: string, args: string[], cwd: string): Promise<{ code: number; stdout: string }> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      path,
      args,
      { cwd, env: { PATH: `${process.execPath.replace(/\/[^/]*$/, '')}:${PATH}` } },
      (error, stdout) => resolve({ code: error ? Number(error.code) : 0, stdout }),
    );
  });
}
