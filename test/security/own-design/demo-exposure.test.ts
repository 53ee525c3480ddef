import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ParleyProcess, spawnParley } from '../../support/spawn-parley.ts';
import { startParley } from '../../support/start-parley.ts';
import { testBrand } from '../../support/test-brand.ts';

const project = join(import.meta.dirname, '../../..');

/** Everything of the demo: its issuer, its storefront, the platforms' twins. */
const demoPaths = [
  '/.well-known/openid-configuration',
  '/jwks',
  '/auth?client_id=web&response_type=code&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback',
  '/demo',
  '/demo/api/me',
  '/demo/liveperson/window',
  '/interaction/abc',
  '/session/end',
];

async function withDemo(
  env: Record<string, string>,
  use: (parley: ParleyProcess) => Promise<void>,
): Promise<void> {
  const parley = await spawnParley({ cwd: project, env });
  try {
    await use(parley);
  } finally {
    await parley.stop();
  }
}

describe("the project's own configuration", () => {
  test('follows PORT everywhere: issuer, endpoints, the storefront; and both loopback addresses answer', async () => {
    await withDemo({}, async (parley) => {
      const base = `http://localhost:${parley.port}`;
      const discovery = (await (
        await parley.fetch(`${base}/.well-known/openid-configuration`)
      ).json()) as Record<string, unknown>;
      expect(discovery['issuer']).toBe(base);
      const endpoints = Object.entries(discovery).filter(([name]) => /_(endpoint|uri)$/.test(name));
      expect(endpoints.length).toBeGreaterThan(6);
      for (const [, address] of endpoints) expect(String(address).startsWith(`${base}/`)).toBe(true);
      const storefront = await parley.fetch(`${base}/demo`);
      expect(storefront.status).toBe(200);
      expect(await storefront.text()).not.toContain('localhost:3000');

      for (const address of ['127.0.0.1', '[::1]']) {
        expect((await fetch(`http://${address}:${parley.port}/healthz`)).status).toBe(200);
      }
      expect(parley.stdout()).toContain(`${base}/demo`);
      expect(parley.stdout()).toContain(`${base}/.well-known/openid-configuration`);
      expect(parley.readyAfter).toBeLessThan(10_000);
    });
  });

  describe('59 on a listener that strangers can reach', () => {
    test('a forged Host reaches nothing of the demo', async () => {
      await withDemo({ HOST: '0.0.0.0' }, async (parley) => {
        for (const host of [
          `localhost:${parley.port}`,
          `127.0.0.1:${parley.port}`,
          `LOCALHOST:${parley.port}`,
        ]) {
          for (const path of demoPaths) {
            const answer = await parley.fetch(`http://${host}${path}`, {
              headers: { host, accept: 'text/html' },
            });
            expect([path, answer.status]).toEqual([path, 404]);
            expect(answer.headers.get('set-cookie')).toBeNull();
            expect(await answer.text()).not.toMatch(/Fernway|localhost/);
          }
        }
        expect(parley.stdout()).toMatch(/not served: HOST=0\.0\.0\.0.*PARLEY_DEMO=1/);
      });
    });

    test.each(['', 'development', 'test', 'production'])(
      'NODE_ENV=%j serves neither pages of development, a published key, the demo nor a twin',
      async (NODE_ENV) => {
        const cookies = { PARLEY_COOKIE_KEYS: 'a-cookie-key-of-the-tests-with-more-than-32-characters' };
        const parley = await spawnParley({
          env: { HOST: '0.0.0.0', NODE_ENV, ...cookies },
          brands: [
            testBrand({ issuer: 'https://id.acme.example' }),
            testBrand({ brand: 'demo', demo: true }),
          ],
          serverYaml: { trusted_proxies: ['127.0.0.1'] },
        });
        try {
          const headers = { 'x-forwarded-proto': 'https', accept: 'text/html' };
          const ask = (path: string) => parley.fetch(`http://id.acme.example${path}`, { headers });
          const { keys } = (await (await ask('/jwks')).json()) as { keys: { kid: string }[] };
          expect(keys.length).toBeGreaterThan(0);
          expect(keys.map(({ kid }) => kid)).not.toContain('keystore-CHANGE-ME');
          for (const path of ['/demo', '/demo/api/me', '/demo/liveperson/window', '/demo/livechat/']) {
            expect([path, (await ask(path)).status]).toEqual([path, 404]);
          }
          const begin = await ask(
            '/auth?client_id=web&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fshop.acme.example%2Fcallback',
          );
          const page = begin.headers.get('location') ?? '';
          expect(page).toMatch(/^(?:https:\/\/id\.acme\.example)?\/interaction\//);
          // The library's own page for trying out signs anybody in under any name.
          const shown = await (await ask('/interaction/abc')).text();
          expect(shown).toContain('Please start again');
          expect(shown).not.toContain('name="prompt"');
          expect((await parley.fetch(`http://localhost:${parley.port}/jwks`)).status).toBe(404);
        } finally {
          await parley.stop();
        }
      },
    );

    test('with PARLEY_DEMO=1 the demo is served there', async () => {
      await withDemo({ HOST: '0.0.0.0', PARLEY_DEMO: '1' }, async (parley) => {
        const base = `http://localhost:${parley.port}`;
        expect((await parley.fetch(`${base}/.well-known/openid-configuration`)).status).toBe(200);
        expect((await parley.fetch(`${base}/demo`)).status).toBe(200);
      });
    });
  });
});

test.each(['localhost', '127.0.0.1', '::1'])('HOST=%s is loopback: the demo is served', async (host) => {
  const parley = await startParley({ brands: [testBrand({ demo: true })], env: { HOST: host } });
  try {
    expect(parley.server.withheld).toEqual([]);
  } finally {
    await parley.stop();
  }
});
