import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answerOf, authorizationUrl, type Client, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';

/** docs/security.md 1-5, 7-10: an answer goes to a registered address, compared character by character, or nowhere. */

const registered = 'https://shop.acme.example/callback';

let parley: RunningParley;
let web: Client;
let visitor: Visitor;

beforeAll(async () => {
  const clients = [
    ...testClients(),
    {
      id: 'app',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      first_party: true,
      redirect_uris: ['http://127.0.0.1/callback', 'com.acme.app:/callback', 'https://app.acme.example/open'],
    },
    {
      id: 'local',
      secret: secrets.web,
      first_party: true,
      redirect_uris: ['http://127.0.0.1:8080/callback'],
    },
    { id: 'bare', secret: secrets.web, first_party: true, redirect_uris: ['https://bare.example'] },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
  web = { issuer: parley.issuer, clientId: 'web', secret: secrets.web, redirectUri: registered };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

/** Refused on a page of ours: no redirect of any kind, nothing minted, nothing unescaped. */
async function expectCalmRefusal(response: Response): Promise<void> {
  expect(response.status).toBe(400);
  expect(response.headers.get('location')).toBeNull();
  expect(response.headers.get('refresh')).toBeNull();
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  const html = (await response.text()).replace(/<style>[\s\S]*<\/style>/, '');
  expect(html).toMatch(/reference <code>[2-9A-Z]{10}<\/code>/);
  expect(html).not.toMatch(/<script|http-equiv="refresh"|javascript:|onerror=/i);
  expect(html).not.toMatch(/code=|id_token=|\n {4}at /);
}

async function expectRefused(redirectUri: string, parameters: Record<string, string> = {}): Promise<void> {
  const client = { ...web, redirectUri };
  // With a session, where an answer would be ready at once, and without.
  await expectCalmRefusal(await visitor.get(authorizationUrl(client, parameters)));
  await expectCalmRefusal(
    await new Visitor().get(authorizationUrl(client, { prompt: 'none', ...parameters })),
  );
}

test('the registered address gets the answer', async () => {
  const response = await visitor.get(authorizationUrl(web));
  expect(response.headers.get('location')).toMatch(/^https:\/\/shop\.acme\.example\/callback\?code=/);
});

describe('1 a host that looks like the registered one', () => {
  test.each([
    'https://shop.acme.example.evil.example/callback',
    'https://evilshop.acme.example/callback',
    'https://evil.example/shop.acme.example/callback',
    'https://evil.example/?https://shop.acme.example/callback',
    'https://evil.example#https://shop.acme.example/callback',
    'https://shop.acme.example.:443/callback',
    'https://shop.acme.examp%6ce/callback',
    'https://shop。acme。example/callback',
    'https://shop.acme.example\u0000.evil.example/callback',
    'https://shop.acme.example%00.evil.example/callback',
    'https://shop.acme.example\\.evil.example/callback',
    'https://shop.acme.example%2f.evil.example/callback',
    '//shop.acme.example/callback',
    'shop.acme.example/callback',
    '/callback',
  ])('%j', (uri) => expectRefused(uri));
});

describe('2 a path that leads elsewhere or says the same in another way', () => {
  test.each([
    `${registered}/../evil`,
    `${registered}/..%2Fevil`,
    `${registered}/%2e%2e/evil`,
    `${registered}/..%252fevil`,
    `${registered}/..;/evil`,
    `${registered}/`,
    `${registered}?`,
    `${registered}?next=https://evil.example`,
    `${registered};x=1`,
    `${registered}%20`,
    ` ${registered}`,
    `${registered}\n`,
    `${registered}\t`,
    'https://shop.acme.example/x/../callback',
    'https://shop.acme.example/./callback',
    'https://shop.acme.example//callback',
    'https://shop.acme.example/%63allback',
    'https://shop.acme.example\\callback',
    'https://shop.acme.example/',
    'https://shop.acme.example',
  ])('%j', (uri) => expectRefused(uri));

  test.each(['https://bare.example/', 'https://bare.example/?', 'https://bare.example#'])(
    'of a registered address without a path: %s',
    async (redirectUri) => {
      await expectCalmRefusal(await visitor.get(authorizationUrl({ ...web, clientId: 'bare', redirectUri })));
    },
  );
});

describe('3 user information', () => {
  test.each([
    'https://shop.acme.example@evil.example/callback',
    'https://shop.acme.example:x@evil.example/callback',
    'https://evil@shop.acme.example/callback',
    'https://@shop.acme.example/callback',
    'https://shop.acme.example%40evil.example/callback',
  ])('%s', (uri) => expectRefused(uri));
});

describe('4 a dot is a dot, and a star is a star', () => {
  test.each([
    'https://shopxacme.example/callback',
    'https://shop.acmeXexample/callback',
    'https://*.acme.example/callback',
    'https://shop.acme.example/*',
  ])('%s', (uri) => expectRefused(uri));
});

describe('5 letters, port and scheme', () => {
  test.each([
    'https://SHOP.acme.example/callback',
    'HTTPS://shop.acme.example/callback',
    'https://shop.acme.example/Callback',
    'https://shop.acme.example:443/callback',
    'https://shop.acme.example:8443/callback',
    'http://shop.acme.example/callback',
  ])('%s', (uri) => expectRefused(uri));

  test.each([
    'http://127.0.0.1:8081/callback',
    'http://127.0.0.1/callback',
    'http://localhost:8080/callback',
    'http://127.0.0.1:8080/callback?x=1',
    'http://127.0.0.1:8080/other',
    'http://127.0.0.1:8080@evil.example/callback',
    'http://127.1:8080/callback',
    'http://[::1]:8080/callback',
  ])('a web client on loopback is as exact: %s', async (redirectUri) => {
    await expectCalmRefusal(await visitor.get(authorizationUrl({ ...web, clientId: 'local', redirectUri })));
  });

  test('an app on loopback may choose its port (RFC 8252 section 7.3)', async () => {
    const client = { ...web, clientId: 'app', redirectUri: 'http://127.0.0.1:51004/callback' };
    const response = await visitor.get(authorizationUrl(client, { prompt: 'none' }));
    expect(response.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:51004\/callback\?error=/);
  });

  test.each([
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/callback?x=1',
    'http://127.0.0.1:51004/callback/',
    'http://127.0.0.1:80@evil.example/callback',
    'http://127.0.0.1:evil/callback',
    'http://127.0.0.1.evil.example:51004/callback',
    'http://localhost:51004/callback',
    'https://127.0.0.1:51004/callback',
    'https://app.acme.example:444/open',
    'com.acme.app:/callback/other',
    'com.acme.app.evil:/callback',
    'com.acme.app://evil.example/callback',
  ])('an app may choose nothing else: %s', async (redirectUri) => {
    await expectCalmRefusal(await visitor.get(authorizationUrl({ ...web, clientId: 'app', redirectUri })));
  });
});

describe('7 an error is told to nobody but a registered address', () => {
  test.each<[string, Record<string, string>]>([
    ['an unknown scope', { scope: 'openid nonsense' }],
    ['an unknown response type', { response_type: 'everything' }],
    ['no session', { prompt: 'none' }],
    ['contradicting prompts', { prompt: 'none login' }],
    ['a broken request object', { request: 'x.y.z' }],
    ['broken claims', { claims: '{' }],
    ['a plain challenge', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
    ['a parameter that is too long', { state: 'x'.repeat(5000) }],
    ['an unknown resource', { resource: 'https://unknown.example' }],
    ['an unknown response mode', { response_mode: 'web_message' }],
    ['form_post', { response_mode: 'form_post', scope: 'openid nonsense' }],
  ])('%s', (_name, parameters) => expectRefused('https://evil.example/', parameters));

  test('an unknown client', async () => {
    for (const clientId of ['nobody', '', 'web\u0000', 'constructor', '__proto__']) {
      await expectCalmRefusal(await visitor.get(authorizationUrl({ ...web, clientId })));
    }
  });

  test('no redirect URI at all', async () => {
    const url = authorizationUrl(web, { prompt: 'none' });
    url.searchParams.delete('redirect_uri');
    await expectCalmRefusal(await visitor.get(url));
  });

  test("another client's redirect URI", async () => {
    await expectCalmRefusal(
      await visitor.get(authorizationUrl({ ...web, redirectUri: 'https://stranger.example/callback' })),
    );
  });
});

describe('8 addresses that run scripts', () => {
  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'javascript://shop.acme.example/callback%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://shop.acme.example/x',
    '"><script>alert(1)</script>',
  ])('%j as redirect URI', (uri) => expectRefused(uri));

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://evil.example/',
    '//evil.example',
    'https://shop.acme.example/bye/',
  ])('%s as post-logout address', async (uri) => {
    const query = new URLSearchParams({ client_id: 'web', post_logout_redirect_uri: uri });
    const response = await visitor.get(`${parley.issuer}/session/end?${query.toString()}`);
    await expectCalmRefusal(response);
  });
});

describe('9 a response mode', () => {
  test.each(['query.jwt', 'jwt', 'web_message', 'json', 'okp', 'FORM_POST', 'constructor'])(
    '%s that nobody offers brings no code',
    async (response_mode) => {
      const response = await visitor.get(authorizationUrl(web, { response_mode }));
      const location = new URL(response.headers.get('location') ?? '');
      expect(`${location.origin}${location.pathname}`).toBe(registered);
      expect(answerOf(location).get('error')).toBe('unsupported_response_mode');
      expect(answerOf(location).get('code')).toBeNull();
    },
  );

  test('fragment is fine for a code', async () => {
    const response = await visitor.get(authorizationUrl(web, { response_mode: 'fragment' }));
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.search).toBe('');
    expect(answerOf(location).get('code')).toBeTruthy();
  });
});

describe('10 a parameter given twice', () => {
  const twice = (name: string, ...values: string[]): URL => {
    const url = authorizationUrl(web);
    url.searchParams.delete(name);
    for (const value of values) url.searchParams.append(name, value);
    return url;
  };

  test.each([
    ['the registered one first', [registered, 'https://evil.example/']],
    ['the registered one last', ['https://evil.example/', registered]],
    ['the registered one twice', [registered, registered]],
  ])('redirect_uri, %s', async (_name, uris) => {
    await expectCalmRefusal(await visitor.get(twice('redirect_uri', ...uris)));
  });

  test('client_id', async () => {
    await expectCalmRefusal(await visitor.get(twice('client_id', 'web', 'stranger')));
  });

  test.each([
    ['scope', 'openid', 'openid billing'],
    ['response_type', 'code', 'id_token'],
    ['state', 'a', 'b'],
    ['nonce', 'a', 'b'],
    ['prompt', 'none', 'login'],
    ['code_challenge_method', 'S256', 'plain'],
  ])('%s brings no code', async (name, ...values) => {
    const response = await visitor.get(twice(name, ...values));
    const location = response.headers.get('location');
    if (location === null) return expectCalmRefusal(response);
    expect(location.startsWith(`${registered}?`) || location.startsWith(`${registered}#`)).toBe(true);
    expect(answerOf(new URL(location)).get('error')).toBe('invalid_request');
    expect(answerOf(new URL(location)).get('code')).toBeNull();
  });

  test('as a list or an object brings no code', async () => {
    for (const name of ['redirect_uri[]', 'redirect_uri[0]', 'redirect_uri[evil]']) {
      const url = authorizationUrl(web);
      url.searchParams.delete('redirect_uri');
      url.searchParams.append(name, registered);
      await expectCalmRefusal(await visitor.get(url));
    }
  });
});
