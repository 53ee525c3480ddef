import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchAt } from '../support/fetch-at.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { testBrand } from '../support/test-brand.ts';

/** Discovery and the key set are the library's answer, kept after the first time. */
let parley: RunningParley;
let ask: typeof fetch;
let askByTls: typeof fetch;

const issuers = {
  'on a host of its own': 'http://localhost:PORT',
  'on a path': 'http://127.0.0.1:PORT/second',
  'over https behind a proxy': 'https://id.third.example',
};
const paths = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/jwks',
] as const;

beforeAll(async () => {
  parley = await startParley({
    brands: Object.values(issuers).map((issuer, position) =>
      testBrand({ brand: `brand-${position}`, issuer }),
    ),
    serverYaml: { trusted_proxies: ['127.0.0.1'] },
  });
  ask = fetchAt(parley.port);
  askByTls = fetchAt(parley.port, { endsTls: true });
});
afterAll(() => parley.stop());

const issuerOf = (where: keyof typeof issuers) => issuers[where].replace('PORT', String(parley.port));
const visitorOf = (where: keyof typeof issuers) => (issuers[where].startsWith('https') ? askByTls : ask);

async function read(response: Response) {
  const { date: _date, 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
  expect(id).toMatch(/^[2-9A-Z]{10}$/);
  return { status: response.status, headers, body: await response.text() };
}

describe.each(Object.keys(issuers) as (keyof typeof issuers)[])('a brand %s', (where) => {
  test.each(paths)('%s is the same the second time, and names this issuer alone', async (path) => {
    const url = `${issuerOf(where)}${path}`;
    const first = await read(await visitorOf(where)(url));
    const second = await read(await visitorOf(where)(url));
    expect(second).toEqual(first);
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-length': String(first.body.length),
      'content-type':
        path === '/jwks' ? 'application/jwk-set+json; charset=utf-8' : 'application/json; charset=utf-8',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
      'strict-transport-security': 'max-age=31536000',
      vary: 'Origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(first.headers).not.toHaveProperty('set-cookie');
    if (path !== '/jwks') {
      const { issuer, jwks_uri, token_endpoint } = JSON.parse(first.body);
      expect({ issuer, jwks_uri, token_endpoint }).toEqual({
        issuer: issuerOf(where),
        jwks_uri: `${issuerOf(where)}/jwks`,
        token_endpoint: `${issuerOf(where)}/token`,
      });
    }
  });

  test('answers are logged with their brand', async () => {
    const response = await visitorOf(where)(`${issuerOf(where)}/jwks`);
    const supportId = response.headers.get('x-request-id');
    expect(parley.log.find((line) => line['supportId'] === supportId)).toMatchObject({
      msg: 'request',
      brand: expect.stringMatching(/^brand-\d$/),
      address: '127.0.0.1',
      method: 'GET',
      path: new URL(`${issuerOf(where)}/jwks`).pathname,
      status: 200,
      milliseconds: expect.any(Number),
    });
  });
});

describe.each([
  ['the first time', '?'],
  ['once it is kept', ''],
])('an answer %s', (_, query) => {
  const jwks = () => `${issuerOf('on a host of its own')}/jwks${query}`;

  test('is for the origin that asks', async () => {
    const { headers } = await ask(jwks(), { headers: { origin: 'https://app.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(headers.get('vary')).toBe('Origin');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('to HEAD has the headers and no body', async () => {
    const { headers, body, status } = await read(await ask(jwks(), { method: 'HEAD' }));
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['content-type']).toBe('application/jwk-set+json; charset=utf-8');
    expect(Number(headers['content-length'])).toBeGreaterThan(500);
  });

  test('in another method is the library’s own', async () => {
    expect((await ask(jwks(), { method: 'POST' })).status).toBe(404);
    const preflight = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
    expect((await ask(jwks(), { method: 'OPTIONS', headers: preflight })).status).toBe(204);
  });
});

test('whoever has it is told that nothing has changed', async () => {
  const url = `${issuerOf('on a path')}/jwks`;
  const whole = await read(await ask(url));
  const etag = whole.headers['etag'] ?? '';
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await read(await ask(url, { headers: { 'if-none-match': known } }));
    expect(answer).toMatchObject({
      status: 304,
      body: '',
      headers: { etag, 'access-control-allow-origin': '*' },
    });
    expect(answer.headers).not.toHaveProperty('content-type');
    expect(answer.headers).not.toHaveProperty('content-length');
  }
  for (const known of ['"other"', etag.slice(1, -1), '']) {
    expect((await ask(url, { headers: { 'if-none-match': known } })).status).toBe(200);
  }
});

describe('what a stranger asks first is not what others get', () => {
  const places = async () => {
    await parley.stop({ keepFolder: true });
    parley = await startParley({
      brands: [testBrand(), testBrand({ brand: 'tls', issuer: issuers['over https behind a proxy'] })],
      serverYaml: { trusted_proxies: ['127.0.0.1'] },
    });
    ask = fetchAt(parley.port);
    askByTls = fetchAt(parley.port, { endsTls: true });
    return `http://localhost:${parley.port}/.well-known/openid-configuration`;
  };
  const addressesIn = (text: string) => [...new Set(text.match(/https?:\/\/[^/"]+/g))];

  test.each([
    ['another spelling of the host', (port: number) => ({ host: `LOCALHOST:${port}` })],
    ['another scheme', () => ({ 'x-forwarded-proto': 'https' })],
    ['another host that a proxy names', () => ({ 'x-forwarded-host': 'evil.example' })],
    ['a query', () => ({})],
  ])('%s', async (what, headersFor) => {
    const url = await places();
    await ask(what === 'a query' ? `${url}?issuer=https://evil.example` : url, {
      headers: headersFor(parley.port),
    });
    for (let round = 0; round < 2; round += 1) {
      expect(addressesIn(await (await ask(url)).text())).toEqual([`http://localhost:${parley.port}`]);
    }
  });

  test('a host that is not the issuer’s gets nothing that was kept', async () => {
    const url = await places();
    expect((await ask(url)).status).toBe(200);
    expect((await ask(url, { headers: { host: 'evil.example' } })).status).toBe(404);
    expect((await ask(url, { headers: { host: `localhost:${parley.port}@evil.example` } })).status).toBe(404);
  });

  test('an issuer over https is not read over http, before and after', async () => {
    await places();
    const url = 'https://id.third.example/jwks';
    const byHttp = () => ask(url.replace('https', 'http'));
    expect((await byHttp()).status).toBe(421);
    expect((await askByTls(url)).status).toBe(200);
    expect((await byHttp()).status).toBe(421);
  });
});

test('a brand that has changed answers anew', async () => {
  const url = `${parley.issuer}/.well-known/openid-configuration`;
  const before = await read(await ask(url));
  await parley.writeBrand(
    testBrand({ scopes: { account: ['account_number'], billing: ['billing'], later: ['plan'] } }),
  );
  await parley.reload();
  const after = await read(await ask(url));
  expect(JSON.parse(before.body).scopes_supported).not.toContain('later');
  expect(JSON.parse(after.body).scopes_supported).toContain('later');
  expect(after.headers['etag']).not.toBe(before.headers['etag']);
  expect(await read(await ask(url))).toEqual(after);
});
