import { describe, expect, test } from '@jest/globals';
import { fetchAt } from '../support/fetch-at.ts';
import { findFreePort } from '../support/free-port.ts';
import { runParleyToEnd, type SpawnOptions, spawnParley } from '../support/spawn-parley.ts';
import { testBrand, testClients } from '../support/test-brand.ts';

const cookieKeys = 'a-cookie-key-of-the-tests-with-more-than-32-characters';
const production = { NODE_ENV: 'production', PARLEY_COOKIE_KEYS: cookieKeys };
const publicBrand = (overrides: Record<string, unknown> = {}) =>
  testBrand({ issuer: 'https://id.acme.example', ...overrides });
const demoBrand = testBrand({ brand: 'demo', demo: true });

describe('a start that must not happen', () => {
  const refusals: [string, SpawnOptions, RegExp][] = [
    [
      'production with nothing but demo brands',
      { brands: [demoBrand], env: production },
      /no brand is left.*demo[\s\S]*npx parley init/,
    ],
    [
      'production without a brand',
      { brands: [], env: production },
      /there is no brand[\s\S]*npx parley init/,
    ],
    [
      'a demo secret in a real brand',
      {
        brands: [publicBrand({ clients: [{ ...testClients()[2], secret: 'demo-web-secret' }] })],
        env: production,
      },
      /acme\.yaml:\d+:\d+ clients\[0\]\.secret: is a demo secret[\s\S]*fix: /,
    ],
    [
      'http on a public host',
      { brands: [publicBrand({ issuer: 'http://id.acme.example' })] },
      /acme\.yaml:\d+:\d+ issuer: must be https on a public host[\s\S]*fix: write https:/,
    ],
    [
      'production without cookie keys',
      { brands: [publicBrand()], env: { NODE_ENV: 'production' } },
      /cookie_keys: is missing in production[\s\S]*npx parley keys cookie/,
    ],
    [
      'production on a shared store without a key set',
      { brands: [publicBrand()], env: production, store: 'redis://127.0.0.1:1' },
      /there is no .*signing\.json.*npx parley keys create acme/,
    ],
    [
      'the address of Sentinels that names no master',
      { store: 'redis-sentinel://127.0.0.1:1' },
      /must look like redis-sentinel:\/\/.*\/master/,
    ],
  ];

  test.each(refusals)(
    '%s: exit code 1, a reason and what to do, and nothing listens',
    async (_what, options, reason) => {
      const port = await findFreePort();
      const run = await runParleyToEnd({ ...options, port });
      expect(run).toMatchObject({ code: 1, signal: null });
      expect(run.stderr).toMatch(reason);
      expect(run.stderr).not.toMatch(/\n\s+at /);
      expect(run.stdout).not.toContain('openid-configuration');
      expect(run.stdout + run.stderr).not.toContain(cookieKeys);
      await expect(fetchAt(port)(`http://localhost:${port}/healthz`)).rejects.toThrow(/ECONNREFUSED/);
    },
  );

  test('a port that is taken', async () => {
    const holder = await spawnParley();
    try {
      const run = await runParleyToEnd({ port: holder.port });
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(new RegExp(`${holder.port}.*PORT`));
      expect(run.stderr).not.toMatch(/\n\s+at /);
    } finally {
      await holder.stop();
    }
  });

  test('ten mistakes in one brand file come out in one run, each with its place and its fix', async () => {
    const brand = publicBrand({
      issuer: 'http://id.acme.example/',
      colour: 'green',
      subject: 'secret',
      claims: { sub: 'id', plan: 'account..plan' },
      clients: [
        { id: 'one', secret: 'short', redirect_uris: ['https://www.acme.example/callback'] },
        { id: 'two', secret: 'a-secret-of-good-length', redirect_uris: ['http://www.acme.example/callback'] },
        {
          id: 'three',
          secret: 'a-secret-of-good-length',
          redirect_uris: ['https://*.acme.example/'],
          pages: ['https://www.acme.example/page'],
        },
        { id: 'four', platform: 'liveperson', secret: 'a-secret-of-good-length', flows: ['magic'] },
      ],
    });
    const run = await runParleyToEnd({ brands: [brand] });
    expect(run.code).toBe(1);
    const places = [...run.stderr.matchAll(/^brands\/acme\.yaml:\d+:\d+ (\S+): (?!warning)/gm)].map(
      ([, path]) => path,
    );
    expect(places).toEqual(
      expect.arrayContaining([
        'colour',
        'issuer',
        'subject',
        'claims.sub',
        'claims.plan',
        'clients[0].secret',
        'clients[1].redirect_uris[0]',
        'clients[2].redirect_uris[0]',
        'clients[2].pages[0]',
        'clients[3].flows[0]',
      ]),
    );
    expect(run.stderr.match(/^ {4}fix: \S/gm)?.length).toBeGreaterThanOrEqual(places.length);
  });
});

describe('production with a demo brand beside a real one', () => {
  test('skips the demo with one line and serves the other; its host does not exist', async () => {
    const parley = await spawnParley({
      brands: [publicBrand(), demoBrand],
      env: production,
      serverYaml: { trusted_proxies: ['127.0.0.1'] },
    });
    try {
      expect(parley.stdout().match(/demo brand "demo"/g)).toHaveLength(1);
      const viaProxy = { 'x-forwarded-proto': 'https' };
      const discovery = await parley.fetch('http://id.acme.example/.well-known/openid-configuration', {
        headers: viaProxy,
      });
      expect(await discovery.json()).toMatchObject({ issuer: 'https://id.acme.example' });
      for (const path of ['/.well-known/openid-configuration', '/demo', '/auth']) {
        const answer = await parley.fetch(`http://localhost:${parley.port}${path}`, {
          headers: { accept: 'text/html' },
        });
        expect(answer.status).toBe(404);
        expect(answer.headers.get('set-cookie')).toBeNull();
        expect(await answer.text()).not.toContain('id.acme.example');
      }
    } finally {
      await parley.stop();
    }
  });
});
