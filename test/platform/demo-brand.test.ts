import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { createClaimsMapping } from '../../src/claims/claims-mapping.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createFileDirectory } from '../../src/directory/file-directory.ts';
import { resolveClient } from '../../src/platform/resolve-client.ts';

/** The demo brand is part of the outside contract: scripts and the documentation use its names and secrets. */
const root = join(import.meta.dirname, '../..');

async function loadDemo(env: Record<string, string> = {}) {
  const config = await loadConfig({ env, cwd: root, checks: brandChecks });
  const brand = config.brands.find(({ brand: name }) => name === 'demo');
  if (!brand) throw new Error('there is no demo brand');
  const clients = brand.clients.map((client) => resolveClient(client));
  const directory = await createFileDirectory({
    path: brand.accounts.file?.path ?? '',
    log: { error: () => {}, info: () => {} },
  });
  return { config, brand, clients, directory };
}

async function signIn(login: string) {
  const { directory } = await loadDemo();
  const outcome = await directory.checkPassword?.({ login, password: 'demo' });
  return outcome?.kind === 'signed-in' ? outcome.account : undefined;
}

describe('the demo brand', () => {
  test('loads without a warning', async () => {
    const { config } = await loadDemo();
    expect(config.warnings).toEqual([]);
  });

  test('has the clients and secrets that the documentation names', async () => {
    const { brand, clients } = await loadDemo();
    expect(brand).toMatchObject({ issuer: 'http://localhost:3000', demo: true });
    expect(clients.map(({ id, secret, flows }) => [id, secret, flows])).toEqual([
      ['liveperson', 'demo-liveperson-secret', ['code', 'pkce']],
      ['liveperson-implicit', undefined, ['implicit']],
      ['livechat', undefined, []],
      ['web', 'demo-web-secret', ['code', 'pkce']],
      ['storefront', 'demo-storefront-secret', ['code', 'pkce']],
      ['liveperson-twin', 'demo-liveperson-twin-secret', ['code', 'pkce']],
      ['liveperson-twin-code', 'demo-liveperson-twin-code-secret', ['code']],
      ['liveperson-twin-implicit', undefined, ['implicit']],
    ]);
  });

  test('moves with PORT, except the addresses of others', async () => {
    const { brand, clients } = await loadDemo({ PORT: '4321' });
    expect(brand.issuer).toBe('http://localhost:4321');
    const uris = clients.map(({ id, redirect_uris: own }) => [id, own.at(-1)]);
    expect(Object.fromEntries(uris)).toEqual({
      liveperson: 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
      'liveperson-implicit': 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
      livechat: 'http://localhost:4321',
      web: 'http://127.0.0.1:8080/callback',
      storefront: 'http://localhost:4321/demo/callback',
      'liveperson-twin': 'http://localhost:4321/demo/liveperson/window',
      'liveperson-twin-code': 'http://localhost:4321/demo/liveperson/window',
      'liveperson-twin-implicit': 'http://localhost:4321/demo/liveperson/window',
    });
  });

  test('has accounts whose subjects are neither a login, an address nor countable', async () => {
    const ids = await Promise.all(
      ['dana', 'sam', 'mira'].map(async (login) => (await signIn(login))?.accountId),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[\w-]{20}$/);
  });

  test('has a disabled account whose right password is refused', async () => {
    expect(await signIn('lee')).toBeUndefined();
  });

  test.each(['liveperson', 'liveperson-twin', 'liveperson-implicit', 'liveperson-twin-implicit'])(
    'tells %s with scope=openid what its agent needs to know of dana',
    async (clientId) => {
      const { brand, clients } = await loadDemo();
      const account = await signIn('dana');
      if (!account) throw new Error('dana cannot sign in');
      const mapping = createClaimsMapping({ claims: brand.claims, scopes: brand.scopes, clients });
      const claims = mapping.release({
        account,
        clientId,
        scopes: ['openid'],
        requested: [],
        use: 'id_token',
      });
      expect(claims).toEqual({
        name: 'Dana Whitcombe',
        given_name: 'Dana',
        family_name: 'Whitcombe',
        locale: 'en-GB',
        email: 'dana.whitcombe@example.com',
        email_verified: true,
        account_number: 'FW-4471-0938',
        plan: 'Unlimited 5G',
        billing: { balance: 84.2, currency: 'GBP', due: '2026-12-01' },
        lp_sdes: [
          {
            type: 'ctmrinfo',
            info: {
              customerId: 'FW-4471-0938',
              ctype: 'Unlimited 5G',
              balance: 84.2,
              currency: 'GBP',
              lastPaymentDate: { day: 2, month: 11, year: 2026 },
            },
          },
        ],
      });
    },
  );

  test('tells a plain relying party nothing with scope=openid alone', async () => {
    const { brand, clients } = await loadDemo();
    const account = await signIn('dana');
    const mapping = createClaimsMapping({ claims: brand.claims, scopes: brand.scopes, clients });
    const request = { clientId: 'web', scopes: ['openid'], requested: [], use: 'id_token' } as const;
    expect(mapping.release({ account: { record: account?.record ?? {} }, ...request })).toEqual({});
  });
});
