import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, type Client } from '../../support/relying-party.ts';
import { type BrandServer, startBrandServer } from '../../support/brand-site.ts';
import { brandIssuer, createBrandSigner } from '../../support/brand-signer.ts';
import { findFreePort } from '../../support/free-port.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { testBrand, testClients } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';
import { Visitor } from '../../support/visitor.ts';

/** docs/security.md 46, 55: whatever arrives, the answer is calm, below 500 and without a trace of the program. */

let parley: RunningParley;
let web: Client;

let shop: BrandServer;

/** A brand with every way to sign in, so that every address is there. */
beforeAll(async () => {
  shop = await startBrandServer();
  const port = await findFreePort();
  const signer = await createBrandSigner(`http://localhost:${port}`);
  const verify = { issuer: brandIssuer, jwks: signer.jwks };
  const grants = ['jwt-bearer', 'token-exchange'];
  parley = await startParley({
    port,
    brands: [
      testBrand({
        login: [
          { password: {} },
          { session: { url: shop.url, cookies: ['sid'] } },
          { assertion: { verify } },
          { brand: { url: `${brandIssuer}/login`, verify } },
          { upstream: { issuer: 'https://login.acme.example', client_id: 'parley', account: 'sub' } },
        ],
        clients: testClients().map((client) => ({
          ...client,
          pages: [brandIssuer],
          ...(client['id'] === 'web' && { grants }),
        })),
      }),
    ],
  });
  web = webClient(parley);
});
afterAll(async () => {
  await parley.stop();
  await shop.stop();
});

async function expectCalm(response: Response): Promise<void> {
  const text = await response.text();
  expect(response.status).toBeLessThan(500);
  expect(text).not.toMatch(/node_modules|\bat .*\.[tj]s:\d|node:internal/);
}

const endpoints = [
  '/interaction/x',
  '/page/authorize',
  '/page/identity',
  '/token',
  '/request',
  '/token/introspection',
  '/backchannel/sign-out',
  '/login/brand',
  '/login/upstream',
  '/interaction/x/with/brand',
  '/page/sign-out',
  '/page/livechat/token',
];

describe('55 bodies', () => {
  const form = 'application/x-www-form-urlencoded';
  const bodies: [string, Record<string, string>, string | Buffer][] = [
    ['one of 20 kB', { 'content-type': form }, `a=${'x'.repeat(20_000)}`],
    ['one in an unknown encoding', { 'content-type': form, 'content-encoding': 'foo' }, 'a=b'],
    ['garbage that says it is gzip', { 'content-type': form, 'content-encoding': 'gzip' }, 'not gzip'],
    ['a compressed one', { 'content-type': form, 'content-encoding': 'gzip' }, gzipSync('a=b')],
    ['JSON', { 'content-type': 'application/json' }, '{"a":'],
    ['broken escapes', { 'content-type': form }, 'a=%E0%A4%A&%=%&client_id=%ff'],
    ['nested names', { 'content-type': form }, 'client_id[__proto__][x]=1&client_id[]=2'],
    ['none', {}, ''],
  ];
  const cases = endpoints.flatMap((path) =>
    bodies.map(([name, headers, body]) => [path, name, headers, body] as const),
  );
  test.each(cases)('%s takes %s calmly', async (path, _name, headers, body) => {
    const response = await fetch(`${parley.issuer}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'https://www.acme.example', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    await expectCalm(response);
  });

  /** RFC 9112 section 6.3: no length and no encoding is no body, whatever the method. */
  test.each(endpoints)('%s takes a form without a length, and the next request', async (path) => {
    const post = (length: string) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost:${parley.port}\r\nContent-Type: ${form}\r\n${length}\r\n`;
    const last = `GET /healthz HTTP/1.1\r\nHost: localhost:${parley.port}\r\nConnection: close\r\n\r\n`;
    const statusesOf = async (text: string) => {
      const socket = connect(parley.port, '127.0.0.1').setEncoding('utf8');
      let answers = '';
      socket.on('data', (chunk: string) => {
        answers += chunk;
      });
      socket.write(text);
      await once(socket, 'close');
      return [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
    };
    const [status, next] = await statusesOf(post('') + last);
    expect(status).toBeLessThan(500);
    expect([status, next]).toEqual(await statusesOf(post('Content-Length: 0\r\n') + last));
    expect(next).toBe(200);
  });
});

describe('46 what is longer than its cap (docs/security.md)', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: brandIssuer };
  test.each([
    ['a form of a page of ours', '/interaction/x', 8],
    ["a form of a brand's page", '/page/identity', 16],
    ["a form of a brand's server", '/backchannel/sign-out', 16],
    ['a body of the token endpoint', '/token', 56],
    ['a body of the push', '/request', 56],
  ])('%s is refused', async (_what, path, kilobytes) => {
    const body = `client_id=web&a=${'x'.repeat(kilobytes * 1024)}`;
    const response = await fetch(`${parley.issuer}${path}`, { method: 'POST', headers: form, body });
    expect(response.status).toBe(400);
    await expectCalm(response);
  });

  test('headers are refused', async () => {
    expect((await fetch(`${parley.issuer}/jwks?a=${'x'.repeat(33 * 1024)}`)).status).toBe(431);
  });
});

describe('46 parameters', () => {
  test.each([
    ['/auth', 'a state'],
    ['/AUTH', 'capitals'],
    ['/auth/', 'a slash'],
    ['/Auth/', 'both'],
  ])('too long a parameter stores nothing at %s (%s)', async (path) => {
    const url = authorizationUrl(web, { state: 'x'.repeat(6000) });
    url.pathname = path;
    const visitor = new Visitor();
    const response = await visitor.get(url);
    await expectCalm(response);
    expect(response.headers.get('location')).toBeNull();
    expect(visitor.cookies.size).toBe(0);
  });

  test.each([
    ['a state', `state=${'%20'.repeat(3998)}`],
    ['a code', `state=x.y&code=${'x'.repeat(9000)}`],
  ])('what an upstream sends on is no longer than a header (%s)', async (_, query) => {
    const response = await fetch(`${parley.issuer}/login/upstream?${query}`, { redirect: 'manual' });
    expect(response.status).toBe(400);
    expect(response.headers.get('refresh')).toBeNull();
    await expectCalm(response);
  });

  test.each(['constructor', '__proto__', 'toString', 'a'.repeat(200)])(
    'an unknown parameter %s is ignored or refused',
    async (name) => {
      const url = authorizationUrl(web);
      url.searchParams.set(name, 'x'.repeat(5000));
      await expectCalm(await new Visitor().get(url));
    },
  );

  test.each([
    '/auth',
    '/session/end',
    '/interaction/x',
    '/interaction/x/back',
    '/interaction/x/ways',
    '/login/upstream',
    '/auth/x',
    '/userinfo',
  ])('%s takes hostile values calmly', async (path) => {
    for (const value of [
      '%00',
      '%E0%A4%A',
      '\u202e',
      '[]',
      '{}',
      '-1',
      "' or 1=1 --",
      '<script>',
      '../../etc/passwd',
      '',
    ]) {
      for (const name of [
        'client_id',
        'redirect_uri',
        'claims',
        'max_age',
        'id_token_hint',
        'ui_locales',
        'prompt',
        'resource',
        'state',
        'login_hint_token',
      ]) {
        const response = await fetch(
          `${parley.issuer}${path}?client_id=web&${name}=${encodeURIComponent(value)}&${name}=${value}`,
          {
            redirect: 'manual',
          },
        );
        await expectCalm(response);
      }
    }
  });
});

describe('55 what a brand signs, or an upstream answers, in any shape', () => {
  const jose = (header: unknown, payload: unknown = {}) =>
    [header, payload, 'x'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const values = [
    '',
    '.',
    '..',
    'a.b.c.d.e',
    `${'x'.repeat(9000)}.y.z`,
    'null.null.null',
    jose(null),
    jose({ alg: 'none' }),
    jose({ alg: 'ES256', typ: 'parley-login+jwt', kid: '__proto__' }),
    jose({ alg: 'ES256', typ: 'logout+jwt', kid: 'brand-1', crit: ['b64'], b64: false }),
    jose({ alg: 'ES256', kid: { $gt: '' } }, []),
    '\u0000',
    '\ud800',
    '../../auth?x=1#y',
  ];

  test.each([
    ['/login/brand', ['assertion']],
    ['/login/brand', ['error', 'state']],
    ['/backchannel/sign-out', ['logout_token']],
    ['/page/authorize', ['login_hint_token', 'expected_sub', 'nonce']],
    ['/page/identity', ['login_hint_token']],
    ['/request', ['login_hint_token', 'response_mode']],
    ['/token', ['assertion', 'scope', 'resource']],
    ['/token', ['subject_token', 'requested_token_type', 'audience']],
  ])('%s with %p', async (path, names) => {
    for (const value of values) {
      for (const twice of [false, true]) {
        const form = new URLSearchParams({
          client_id: 'web',
          client_secret: web.secret ?? '',
          redirect_uri: web.redirectUri,
          response_type: 'code',
          scope: 'openid',
          grant_type: names.includes('assertion')
            ? 'urn:ietf:params:oauth:grant-type:jwt-bearer'
            : 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token_type: 'urn:parley:token-type:assertion',
        });
        for (const name of names) {
          form.set(name, value);
          if (twice) form.append(name, value);
        }
        const response = await fetch(`${parley.issuer}${path}`, {
          method: 'POST',
          redirect: 'manual',
          body: form,
          headers: { origin: brandIssuer, cookie: 'sid=x' },
        });
        await expectCalm(response);
        expect(response.headers.get('cache-control')).toContain('no-store');
      }
    }
  });
});

test('cookies of any shape are no server error', async () => {
  for (const cookie of [
    'parley_acme_session=',
    'parley_acme_session=x; parley_acme_session.sig=y',
    '=;=;;',
    'sid=a; sid=b',
    'sid=\u00ff',
    'a'.repeat(4000),
  ]) {
    const response = await fetch(authorizationUrl(web), { redirect: 'manual', headers: { cookie } });
    await expectCalm(response);
  }
});
