import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerInit } from '../../src/cli/init.ts';
import { createTemporaryConfig, type TemporaryConfig } from '../config/temporary-config.ts';
import { callCli, type CliCall } from './cli-call.ts';

let config: TemporaryConfig;

beforeEach(async () => {
  config = await createTemporaryConfig();
});

afterEach(async () => {
  await config.remove();
});

const liveperson = ['acme', '--issuer', 'https://id.acme.example', '--platform', 'liveperson'];
const secretFile = 'keys/acme/secrets/liveperson-client-secret';

function init(args: readonly string[], env: Record<string, string> = {}): Promise<CliCall> {
  return callCli(registerInit, { args: ['init', ...args], cwd: config.cwd, env });
}

const textOf = (path: string): Promise<string> => readFile(join(config.cwd, path), 'utf8');
const modeOf = async (path: string): Promise<number> => (await stat(join(config.cwd, path))).mode & 0o777;

describe('parley init', () => {
  test.each([
    ['liveperson', [...liveperson, '--pages', 'https://www.acme.example']],
    ['liveperson without pages', liveperson],
    [
      'livechat',
      [
        'acme',
        '--issuer',
        'https://acme.example/id',
        '--platform',
        'livechat',
        '--pages',
        'https://acme.example',
      ],
    ],
    ['no platform', ['acme', '--issuer', 'http://localhost:3000', '--platform', 'none']],
    ['two pages', [...liveperson, '--pages', 'https://www.acme.example', 'https://shop.acme.example']],
  ])('makes a brand that passes the check at once: %s', async (_, args) => {
    expect(await init(args)).toMatchObject({ code: 0, stderr: '' });
    const loaded = await config.load({}, brandChecks);
    expect(loaded.brands.map(({ brand }) => brand)).toEqual(['acme']);
    // What LiveChat's console says is not known yet.
    expect(loaded.warnings.map(({ path }) => path.join('.'))).toEqual(
      args.includes('livechat') ? ['clients.0.livechat'] : [],
    );
    await expect(
      config.load({ NODE_ENV: 'production', PARLEY_COOKIE_KEYS: 'k'.repeat(32) }),
    ).resolves.toBeDefined();
  });

  test('writes the secret into a file of its own, for its owner only, and not into the brand file', async () => {
    const { stdout } = await init(liveperson);
    const secret = (await textOf(secretFile)).trim();
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await modeOf(secretFile)).toBe(0o600);
    expect(await modeOf('keys/acme/secrets')).toBe(0o700);
    expect(await textOf('config/brands/acme.yaml')).not.toContain(secret);
    expect((await config.load()).brands[0]!.clients[0]!.secret).toBe(secret);
    expect(stdout.split(secret)).toHaveLength(2);
  });

  test("prints each field of LivePerson's connector", async () => {
    const { stdout } = await init(liveperson);
    for (const [name, value] of [
      ['JWT issuer', 'https://id.acme.example'],
      ['Authentication endpoint', 'https://id.acme.example/auth'],
      ['Token endpoint', 'https://id.acme.example/token'],
      ['JWKS endpoint', 'https://id.acme.example/jwks'],
      ['Client id', 'liveperson'],
      ['JS method name', 'lpGetAuthenticationToken'],
    ]) {
      expect(stdout).toMatch(new RegExp(`^ +${name} +${value}$`, 'm'));
    }
    expect(stdout).toContain(`it lies in ${secretFile}`);
    expect(stdout).toContain('npx parley config check');
  });

  test('makes no secret for LiveChat, which asks for none', async () => {
    const { stdout } = await init(['acme', '--issuer', 'https://id.acme.example', '--platform', 'livechat']);
    expect(stdout).not.toMatch(/secret/i);
    await expect(stat(join(config.cwd, 'keys'))).rejects.toThrow('ENOENT');
  });

  test('takes secret and account id from the randomness that it is given', async () => {
    await callCli(registerInit, {
      args: ['init', ...liveperson],
      cwd: config.cwd,
      randomBytes: (size) => Buffer.alloc(size, 7),
    });
    expect((await textOf(secretFile)).trim()).toBe(Buffer.alloc(32, 7).toString('base64url'));
    expect(await textOf('config/accounts/acme.yaml')).toContain(`id: "${'07'.repeat(16)}"`);
  });

  test('follows PARLEY_CONFIG and PARLEY_KEYS', async () => {
    const env = { PARLEY_CONFIG: 'etc', PARLEY_KEYS: `${config.cwd}-keys` };
    try {
      await init(liveperson, env);
      const secretPath = `${env.PARLEY_KEYS}/acme/secrets/liveperson-client-secret`;
      expect(await textOf('etc/brands/acme.yaml')).toContain(`\${file:${secretPath}}`);
      expect((await config.load(env)).brands[0]!.clients[0]!.secret).toBe(
        (await readFile(secretPath, 'utf8')).trim(),
      );
    } finally {
      await rm(env.PARLEY_KEYS, { recursive: true, force: true });
    }
  });

  test.each(['config/brands/acme.yaml', 'config/accounts/acme.yaml', secretFile])(
    'never overwrites %s, and then writes nothing at all',
    async (path) => {
      await config.write(path, 'precious');
      const { code, stdout, stderr } = await init(liveperson);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe(`not overwritten: ${path}; remove it or choose another name\n`);
      expect(await textOf(path)).toBe('precious');
      const others = ['config/brands/acme.yaml', 'config/accounts/acme.yaml', secretFile].filter(
        (other) => other !== path,
      );
      for (const other of others) await expect(stat(join(config.cwd, other))).rejects.toThrow('ENOENT');
    },
  );

  test.each([
    ['a name that leaves its folder', ['../acme', ...liveperson.slice(1)], 'the brand name:'],
    ['a name in capitals', ['Acme', ...liveperson.slice(1)], 'the brand name:'],
    ['no issuer', ['acme', '--platform', 'none'], "required option '--issuer <url>'"],
    [
      'no platform',
      ['acme', '--issuer', 'https://id.acme.example'],
      "required option '--platform <platform>'",
    ],
    [
      'an unknown platform',
      ['acme', '--issuer', 'https://id.acme.example', '--platform', 'irc'],
      'liveperson, livechat, none',
    ],
    [
      'an issuer on http',
      ['acme', '--issuer', 'http://id.acme.example', '--platform', 'none'],
      '--issuer must be https on a public host',
    ],
    [
      'an issuer with a slash',
      ['acme', '--issuer', 'https://id.acme.example/', '--platform', 'none'],
      '--issuer must not end with a slash',
    ],
    [
      'a page with a path',
      [...liveperson, '--pages', 'https://www.acme.example/x'],
      '--pages must be an origin and nothing more',
    ],
  ])('refuses %s and writes nothing', async (_, args, sentence) => {
    const { code, stderr } = await init(args);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    await expect(stat(join(config.cwd, 'config'))).rejects.toThrow('ENOENT');
  });
});
