import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, type Client } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** SECURITY-CASES 46, 55: whatever arrives, the answer is calm, below 500 and without a trace of the program. */

let parley: RunningParley;
let web: Client;

beforeAll(async () => {
  parley = await startParley();
  web = webClient(parley);
});
afterAll(() => parley.stop());

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

  test.each(['constructor', '__proto__', 'toString', 'a'.repeat(200)])(
    'an unknown parameter %s is ignored or refused',
    async (name) => {
      const url = authorizationUrl(web);
      url.searchParams.set(name, 'x'.repeat(5000));
      await expectCalm(await new Visitor().get(url));
    },
  );

  test.each(['/auth', '/session/end', '/interaction/x', '/auth/x', '/userinfo'])(
    '%s takes hostile values calmly',
    async (path) => {
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
    },
  );
});

test('cookies of any shape are no server error', async () => {
  for (const cookie of [
    'parley_acme_session=',
    'parley_acme_session=x; parley_acme_session.sig=y',
    '=;=;;',
    'a'.repeat(4000),
  ]) {
    const response = await fetch(authorizationUrl(web), { redirect: 'manual', headers: { cookie } });
    await expectCalm(response);
  }
});
