import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Client,
  authorizationUrl,
  claimsOf,
  createPkce,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';

const page = 'https://www.acme.example';

let parley: RunningParley;
let liveperson: Client;
let visitor: Visitor;

beforeAll(async () => {
  const clients = testClients().map((client) =>
    client['id'] === 'web' ? client : { ...client, pages: [page] },
  );
  const onPage = {
    id: 'on-page',
    secret: secrets.web,
    flows: ['code', 'pkce'],
    redirect_uris: [`${page}/callback`],
    first_party: true,
    pages: [page],
  };
  parley = await startParley({ brands: [testBrand({ clients: [...clients, onPage] })] });
  liveperson = {
    issuer: parley.issuer,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
});
afterAll(() => parley.stop());

beforeEach(async () => {
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(liveperson), dana);
});

interface PageAnswer {
  status: number;
  headers: Headers;
  body: Record<string, string> | null;
}

async function call(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
  from = visitor,
): Promise<PageAnswer> {
  const response = await from.post(`${parley.issuer}${path}`, form, {
    origin: page,
    accept: '*/*',
    ...headers,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
}

const pkce = createPkce();
const codeRequest = (more: Record<string, string> = {}) => ({
  client_id: 'liveperson',
  response_type: 'code',
  scope: 'openid',
  redirect_uri: 'https://liveperson.net',
  ...pkce.challenge,
  ...more,
});

function expectPageMayRead({ headers }: PageAnswer): void {
  expect(headers.get('access-control-allow-origin')).toBe(page);
  expect(headers.get('access-control-allow-credentials')).toBe('true');
  expect(headers.get('cache-control')).toContain('no-store');
  expect(headers.get('vary')).toContain('Origin');
}

describe('POST /page/authorize', () => {
  test("gives the signed-in consumer's page a code that is bound to the challenge and the redirect URI", async () => {
    const answer = await call('/page/authorize', codeRequest({ state: 'a b' }));
    expect(answer.status).toBe(200);
    expectPageMayRead(answer);
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.body).toEqual({ code: expect.any(String), state: 'a b', iss: parley.issuer });

    const code = answer.body?.['code'] ?? '';
    expect((await exchange(liveperson, code)).body.error).toBe('invalid_grant');
    const tokens = await exchange(liveperson, code, { code_verifier: pkce.verifier });
    expect(tokens.status).toBe(200);
    expect(claimsOf(tokens.body.id_token)).toMatchObject({ sub: dana.sub, account_number: '4711-0815' });
  });

  test('gives an ID token to a client of the implicit flow', async () => {
    const answer = await call('/page/authorize', {
      client_id: 'liveperson-implicit',
      response_type: 'id_token',
      scope: 'openid',
      redirect_uri: 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
    });
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body?.['id_token'] ?? '')).toMatchObject({
      sub: dana.sub,
      aud: 'liveperson-implicit',
    });
  });

  test('says login_required in JSON when nobody is signed in', async () => {
    const answer = await call('/page/authorize', codeRequest(), {}, new Visitor());
    expect(answer.status).toBe(400);
    expectPageMayRead(answer);
    expect(answer.body).toMatchObject({ error: 'login_required' });
    expect(answer.body).not.toHaveProperty('code');
  });

  test('says login_required when the page expects another consumer', async () => {
    const right = await call('/page/authorize', codeRequest({ expected_sub: dana.sub }));
    expect(right.body).toHaveProperty('code');
    const wrong = await call('/page/authorize', codeRequest({ expected_sub: sam.sub }));
    expect(wrong.body).toMatchObject({ error: 'login_required' });
    expect(wrong.body).not.toHaveProperty('code');
  });

  test.each([
    ['an unregistered redirect URI', { redirect_uri: 'https://evil.example' }, 'invalid_redirect_uri'],
    ['a prompt of its own', { prompt: 'login' }, 'invalid_request'],
    ['a response mode of its own', { response_mode: 'query' }, 'invalid_request'],
    ['a pushed request', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'invalid_request'],
    ['an unsupported response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['broken claims', { claims: '{' }, 'invalid_request'],
    ['too long a parameter', { login_hint: 'x'.repeat(2000) }, 'invalid_request'],
  ])('answers %s in JSON that the page can read', async (_name, more, error) => {
    const answer = await call('/page/authorize', codeRequest(more));
    expectPageMayRead(answer);
    expect(answer.body).not.toHaveProperty('id_token');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error });
    expect(answer.body).not.toHaveProperty('code');
  });

  test('needs a challenge for a code', async () => {
    const { code_challenge: _challenge, code_challenge_method: _method, ...bare } = codeRequest();
    const answer = await call('/page/authorize', bare);
    expect(answer.status).toBe(400);
    expectPageMayRead(answer);
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
  });

  test('does not take an empty challenge for one', async () => {
    const answer = await call(
      '/page/authorize',
      codeRequest({ code_challenge: '', code_challenge_method: '' }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
    expect(answer.body).not.toHaveProperty('code');
  });

  test('the JSON answer exists nowhere else', async () => {
    for (const mode of ['json', 'page_message', 'page_return']) {
      const response = await visitor.get(
        authorizationUrl(liveperson, { response_mode: mode, prompt: 'none' }),
      );
      const location = response.headers.get('location') ?? '';
      expect(location).toContain('unsupported_response_mode');
      expect(location).not.toContain('code=');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('a page that is not listed', () => {
  const strangers: [string, Record<string, string>][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['a subdomain', { origin: 'https://a.www.acme.example' }],
    ['a prefix', { origin: 'https://www.acme.example.evil.example' }],
    ['another port', { origin: 'https://www.acme.example:8443' }],
    ['another scheme', { origin: 'http://www.acme.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['no origin at all', { origin: '' }],
    ['a fetch that claims to be same-origin', { origin: '', 'sec-fetch-site': 'same-origin' }],
  ];
  test.each(strangers)('%s gets nothing and changes nothing', async (_name, headers) => {
    const store = watchStore();
    for (const path of ['/page/authorize', '/page/identity', '/page/sign-out']) {
      const answer = await call(path, codeRequest(), headers);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(Object.keys(answer.body ?? {}).toSorted()).toEqual(['error', 'error_description', 'support_id']);
    }
    expect(store.calls).toEqual([]);
    expect(await call('/page/identity', { client_id: 'liveperson' })).toMatchObject({
      body: { sub: dana.sub },
    });
    // The watch is on: a listed page does reach the store.
    expect(store.calls).toContain('find');
    store.stop();
  });

  test('cannot use the client of another page, nor an unknown one, nor two at once', async () => {
    expect((await call('/page/identity', { client_id: 'web' })).status).toBe(403);
    expect((await call('/page/identity', { client_id: 'nobody' })).status).toBe(403);
    expect((await call('/page/identity', {})).status).toBe(403);
    const twice = await visitor.send(`${parley.issuer}/page/identity`, {
      method: 'POST',
      body: 'client_id=liveperson&client_id=web',
      headers: { origin: page, 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(twice.status).toBe(403);
  });

  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    [
      'another page',
      { client_id: 'liveperson' },
      { origin: 'https://evil.example' },
      "the page https://evil.example is not one of the client's pages",
    ],
    [
      'no page',
      { client_id: 'liveperson' },
      { origin: '' },
      'the request has no Origin: it does not come from a page, or a proxy drops the header',
    ],
    ['an unknown client', { client_id: 'nobody' }, {}, 'client_id names no client, or stands twice'],
    [
      'JSON',
      { client_id: 'liveperson' },
      { 'content-type': 'application/json' },
      'the body is no form (application/x-www-form-urlencoded) with a client_id',
    ],
  ])('is refused with the reason in the log, and there alone: %s', async (_name, form, headers, detail) => {
    const { body } = await call('/page/identity', form, headers);
    expect(body).toEqual({
      error: 'access_denied',
      error_description: 'this page may not ask for this client',
      support_id: expect.any(String),
    });
    const lines = parley.log.filter(
      ({ supportId, msg }) => supportId === body?.['support_id'] && msg === 'request refused',
    );
    expect(lines).toEqual([expect.objectContaining({ level: 'info', error: 'access_denied', detail })]);
  });

  test('may ask before it sends, and is told no more than that', async () => {
    const preflight = (origin: string) =>
      visitor.send(`${parley.issuer}/page/authorize`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    expect((await preflight('https://evil.example')).status).toBe(403);
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const known = await preflight(page);
    expect(known.status).toBe(204);
    expect(known.headers.get('access-control-allow-methods')).toBe('POST');
  });

  test('GET is not an answer', async () => {
    const response = await visitor.get(`${parley.issuer}/page/identity?client_id=liveperson`, {
      origin: page,
    });
    expect(response.status).toBe(405);
  });

  /** Names of the store's methods that requests call meanwhile; the request log is written some time after them. */
  function watchStore(): { calls: string[]; stop(): void } {
    const site = parley.server.sites[0];
    if (!site) throw new Error('no site');
    const calls: string[] = [];
    const store = site.store as unknown as Record<string, unknown>;
    const originals = { ...store };
    for (const [name, method] of Object.entries(originals)) {
      if (typeof method !== 'function') continue;
      store[name] = (...args: unknown[]) => {
        if (!/^(?:RequestLog$|request-log:)/.test(String(args[0]))) calls.push(name);
        return (method as (...a: unknown[]) => unknown)(...args);
      };
    }
    return { calls, stop: () => void Object.assign(store, originals) };
  }
});

describe('POST /page/identity', () => {
  test("answers exactly the token's iss and sub, and null for an anonymous visitor", async () => {
    const answer = await call('/page/identity', { client_id: 'liveperson' });
    expectPageMayRead(answer);
    expect(answer.body).toEqual({ iss: parley.issuer, sub: dana.sub });
    const anonymous = await call('/page/identity', { client_id: 'liveperson' }, {}, new Visitor());
    expect(anonymous.status).toBe(200);
    expect(anonymous.body).toBeNull();
  });

  test("tells a client that is not the brand's own nothing before the consumer has consented", async () => {
    expect((await call('/page/identity', { client_id: 'stranger' })).body).toBeNull();
    const stranger = {
      ...liveperson,
      clientId: 'stranger',
      redirectUri: 'https://stranger.example/callback',
    };
    const asked = await visitor.follow(await visitor.get(authorizationUrl(stranger)), parley.issuer);
    const { action, fields } = readForm(await asked.response.text());
    await visitor.follow(
      await visitor.post(new URL(action, parley.issuer), { csrf: fields['csrf'] ?? '', decision: 'allow' }),
      parley.issuer,
    );
    expect((await call('/page/identity', { client_id: 'stranger' })).body).toMatchObject({ sub: dana.sub });
  });

  test('does not keep the session alive', async () => {
    const answer = await call('/page/identity', { client_id: 'liveperson' });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('POST /page/sign-out', () => {
  test('ends the session and everything it gave', async () => {
    const before = visitor.clone();
    const { body } = await call('/page/authorize', codeRequest());
    const answer = await call('/page/sign-out', { client_id: 'liveperson' });
    expect(answer.status).toBe(200);
    expectPageMayRead(answer);
    expect(
      (await exchange(liveperson, body?.['code'] ?? '', { code_verifier: pkce.verifier })).body.error,
    ).toBe('invalid_grant');
    expect((await call('/page/identity', { client_id: 'liveperson' }, {}, before)).body).toBeNull();
    expect((await call('/page/authorize', codeRequest(), {}, before)).body).toMatchObject({
      error: 'login_required',
    });
  });
});

describe('response_mode=web_message', () => {
  const onPage = `${page}/callback`;
  const request = (more: Record<string, string> = {}) =>
    authorizationUrl(
      { ...liveperson, clientId: 'on-page', redirectUri: onPage },
      { response_mode: 'web_message', ...more },
    );

  test('posts a bound code to the redirect URI of a listed page, which alone may embed the answer', async () => {
    const response = await visitor.get(request({ ...pkce.challenge, prompt: 'none', state: '</script>' }));
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(response.status).toBe(200);
    expect(html).toContain(`"redirect_uri":"${onPage}"`);
    expect(html).toMatch(/"code":"[^"]+"/);
    expect(html).not.toContain('"</script>"');
    expect(policy).toMatch(/script-src 'sha256-[A-Za-z0-9+/=]+'/);
    expect(policy).toMatch(new RegExp(`frame-ancestors ${page}$`));
    expect(response.headers.get('x-frame-options')).toBeNull();
    expect(response.headers.get('cache-control')).toContain('no-store');
  });

  test('gives no code without a challenge', async () => {
    const html = await (await visitor.get(request({ prompt: 'none' }))).text();
    expect(html).toContain('invalid_request');
    expect(html).not.toMatch(/"code":/);
  });

  test("is refused where the redirect URI is not a page's", async () => {
    const response = await visitor.get(
      authorizationUrl(liveperson, { ...pkce.challenge, response_mode: 'web_message', prompt: 'none' }),
    );
    expect(response.headers.get('location')).toContain('unsupported_response_mode');
    expect(response.headers.get('location')).not.toContain('code=');
  });

  test('never lets the sign-in page be embedded', async () => {
    const { response } = await visitor.follow(
      await visitor.get(request({ ...pkce.challenge, prompt: 'login' })),
      parley.issuer,
    );
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  });
});

describe("a sign-in popup that Parley's script opened", () => {
  const popup = (more: Record<string, string> = {}) =>
    authorizationUrl(liveperson, { response_mode: 'page_message', page, ...more });

  test('hands its answer to the exact page and to no other', async () => {
    const response = await visitor.get(popup({ ...pkce.challenge, prompt: 'none' }));
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain(`data-origin="${page}"`);
    expect(html).toMatch(/data-message="[^"]*code/);
    expect(response.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[A-Za-z0-9+/=]+'/);
    expect(response.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
  });

  test('gives no code that is not bound to a challenge', async () => {
    const response = await visitor.get(popup({ prompt: 'none' }));
    const html = await response.text();
    expect(html).toMatch(/data-message="[^"]*invalid_request/);
    expect(html).not.toMatch(/&quot;code&quot;/);
  });

  test.each(['https://evil.example', 'https://www.acme.example/', '*', ''])(
    'refuses the page %j',
    async (other) => {
      const response = await visitor.get(popup({ page: other, prompt: 'none' }));
      expect(response.headers.get('location')).toContain('unsupported_response_mode');
      expect(await response.text()).not.toContain('data-message');
    },
  );

  test('by redirect goes back to a listed page only, without a code', async () => {
    const request = (target: string) =>
      authorizationUrl(liveperson, {
        response_type: 'none',
        response_mode: 'page_return',
        page_return_to: target,
      });
    const back = await visitor.get(request(`${page}/account?tab=1`));
    expect(back.headers.get('location')).toBe(`${page}/account?tab=1`);
    for (const target of [
      'https://evil.example/',
      'https://www.acme.example@evil.example/',
      'javascript:alert(1)',
      '//evil.example',
    ]) {
      const refused = await visitor.get(request(target));
      expect(refused.headers.get('location') ?? '').not.toContain('evil.example');
      expect(refused.headers.get('location') ?? '').not.toContain('javascript');
    }
  });
});
