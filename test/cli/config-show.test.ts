import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { registerConfigCheck } from '../../src/cli/config-check.ts';
import { createTemporaryConfig, goodBrand, type TemporaryConfig } from '../config/temporary-config.ts';
import { callCli } from './cli-call.ts';

const canary = (name: string) => `canary-${name}-0123456789abcdefghij`;
const cookieKey = canary('cookie-key');

/** A secret in each place that may hold one. */
const brand = `${goodBrand}
  - id: back
    secret: ${canary('client')}
    grants: [client-credentials]
login:
  - assertion: { verify: { issuer: https://www.acme.example, secret: ${canary('assertion')}-and-more-of-it } }
  - upstream:
      issuer: https://login.acme.example
      client_id: parley
      client_secret: ${canary('upstream')}
      account: account_id
`.replace(
  /accounts:\n.*\n/,
  `accounts:
  http:
    url: https://api.acme.example
    find: /accounts/{id}
    auth: { bearer: ${canary('bearer')} }
    headers: { X-Api-Key: ${canary('header')} }
`,
);
const server = `cookie_keys: [${cookieKey}]
encryption_keys: [${canary('encryption')}]
store: redis://parley:${canary('redis')}@cache.internal:6379
audit: { keys: [${canary('audit')}] }
`;

let config: TemporaryConfig;
beforeEach(async () => {
  config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand, 'config/server.yaml': server });
});
afterEach(() => config.remove());

const call = (...args: string[]) =>
  callCli((program, io) => registerConfigCheck(program, { io, checks: [] }), {
    args: ['config', ...args],
    cwd: config.cwd,
  });

describe('parley config show', () => {
  test('prints everything but secrets', async () => {
    const { code, stdout } = await call('show');
    expect(code).toBe(0);
    expect(stdout).not.toContain('canary');
    const shown = JSON.parse(stdout);
    expect(shown.server.store).toMatch(/^redis:\/\/\(secret [\w-]{8}\)@cache\.internal:6379$/);
    expect(shown.brands.acme.clients.back).toMatchObject({ secret: expect.stringMatching(/^\(secret /) });
    expect(shown.brands.acme.issuer).toBe('https://id.acme.example');
  });

  test('has no fingerprint where nobody could check it but by guessing', async () => {
    await config.write('config/server.yaml', '{}\n');
    const { stdout } = await call('show');
    expect(stdout).not.toMatch(/canary|\(secret [\w-]/);
    expect(stdout).toContain('"(secret)"');
  });
});

describe('parley config diff', () => {
  const save = async () => config.write('before.json', (await call('show')).stdout);

  test('finds nothing where nothing changed, in what was printed and in the folder itself', async () => {
    await save();
    expect((await call('diff', 'before.json')).stdout).toBe('nothing would change\n');
    expect((await call('diff', 'config')).stdout).toBe('nothing would change\n');
  });

  test('tells what is read again from what needs a restart, and that a secret is another', async () => {
    await save();
    await config.write(
      'config/server.yaml',
      server.replace(canary('encryption'), canary('other-encryption')),
    );
    await config.write(
      'config/brands/acme.yaml',
      brand
        .replace(canary('client'), canary('other-client'))
        .replace('display_name: Acme', 'display_name: Acme Inc'),
    );
    const { stdout } = await call('diff', 'before.json', '--json');
    expect(stdout).not.toContain('canary');
    const { changes } = JSON.parse(stdout);
    expect(changes.map(({ path, needs }: Record<string, string>) => [path, needs])).toEqual(
      expect.arrayContaining([
        ['brands.acme.clients.back.secret', 'reload'],
        ['server.encryption_keys', 'restart'],
      ]),
    );
    expect((await call('diff', 'before.json')).stdout).toMatch(
      /~ server\.encryption_keys: .*\(needs a restart\)\n/,
    );
  });

  test('a client that came is one change, wherever it stands in the file', async () => {
    await save();
    await config.write(
      'config/brands/acme.yaml',
      brand.replace(
        'clients:\n',
        `clients:\n  - id: app\n    secret: ${canary('app')}\n    grants: [client-credentials]\n`,
      ),
    );
    expect((await call('diff', 'before.json')).stdout).toMatch(/^\+ brands\.acme\.clients\.app: .*\n$/);
  });

  test('refuses what is no configuration in one sentence', async () => {
    await config.write('before.json', '{"brands": 1}');
    const { code, stderr } = await call('diff', 'before.json');
    expect([code, stderr]).toEqual([
      1,
      'before.json is neither a folder nor what `parley config show` printed\n',
    ]);
    expect((await call('diff', 'nowhere')).stderr).toBe('there is no nowhere\n');
  });
});
