import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type BrandServer, startBrandServer } from '../support/brand-site.ts';
import { brandIssuer, type BrandSigner, createBrandSigner } from '../support/brand-signer.ts';
import { findFreePort } from '../support/free-port.ts';
import { whileDirectoryIsAsked } from '../support/hold-directory.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  postAsClient,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** The brand's signed word: a page or a server says who the consumer is, and no page of ours is shown. */
const page = 'https://www.acme.example';

let brand: BrandSigner;
let parley: RunningParley;
let web: Client;
let liveperson: Client;
let app: Client;
let visitor: Visitor;
let seconds = 0;

const now = () => Math.floor(Date.now() / 1000) + seconds;

beforeAll(async () => {
  const port = await findFreePort();
  brand = await createBrandSigner(`http://localhost:${port}`, { now });
  const clients = [
    ...testClients().map((client) => ({ ...client, pages: [page] })),
    {
      id: 'app',
      secret: secrets.web,
      application_type: 'native',
      flows: ['code', 'pkce'],
      redirect_uris: ['com.acme.app:/callback'],
      first_party: true,
      refresh_tokens: true,
    },
    {
      id: 'public-app',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      flows: ['code', 'pkce'],
      redirect_uris: ['com.acme.app:/callback'],
      first_party: true,
    },
  ];
  parley = await startParley({
    port,
    brands: [
      testBrand({
        clients,
        login: [{ assertion: { verify: { issuer: brandIssuer, jwks: brand.jwks } } }, { password: {} }],
      }),
    ],
    now: () => Date.now() + seconds * 1000,
  });
  web = webClient(parley);
  liveperson = {
    ...web,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
  app = { ...web, clientId: 'app', redirectUri: 'com.acme.app:/callback' };
});
afterAll(() => parley.stop());
beforeEach(() => {
  visitor = new Visitor();
  seconds = 0;
});

const { challenge, verifier } = createPkce();

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, string> | null;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text.startsWith('{') || text === 'null' ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, body };
}

async function call(
  path: string,
  form: Record<string, string>,
  of = visitor,
  origin = page,
): Promise<Answer> {
  const fields = { client_id: 'liveperson', ...form };
  return read(await of.post(`${parley.issuer}/page/${path}`, fields, { origin, accept: '*/*' }));
}

const codeRequest = {
  response_type: 'code',
  scope: 'openid',
  redirect_uri: 'https://liveperson.net',
  ...challenge,
};

const askForCode = (more: Record<string, string> = {}, of = visitor) =>
  call('authorize', { ...codeRequest, ...more }, of);

const front = (account = dana.sub, claims: Record<string, unknown> = {}) =>
  brand.sign({ sub: account, ...claims });
const back = (account = dana.sub, claims: Record<string, unknown> = {}) =>
  brand.sign({ sub: account, channel: 'back', ...claims });

const push = (client: Client, form: Record<string, string> = {}) =>
  postAsClient(client, '/request', {
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: 'openid',
    ...challenge,
    ...form,
  });

async function open(
  client: Client,
  pushed: Awaited<ReturnType<typeof push>>,
  of = visitor,
  more: Record<string, string> = {},
): Promise<Answer> {
  const query = new URLSearchParams({
    client_id: client.clientId,
    request_uri: String(pushed.body['request_uri']),
    ...more,
  });
  return read(await of.get(`${parley.issuer}/auth?${query.toString()}`));
}

async function subjectOfCode(client: Client, code: string | null | undefined): Promise<unknown> {
  const { body } = await exchange(client, code ?? '', { code_verifier: verifier });
  return body.error ?? claimsOf(body.id_token)['sub'];
}

const sessionCookie = (of = visitor) => of.cookies.get('parley_acme_session')?.value;

describe('an assertion that a proven page posts', () => {
  test('brings a code for the consumer, and a session for what comes after', async () => {
    const { body } = await askForCode({ login_hint_token: await front() });
    expect(await subjectOfCode(liveperson, body?.['code'])).toBe(dana.sub);
    const again = await askForCode();
    expect(await subjectOfCode(liveperson, again.body?.['code'])).toBe(dana.sub);
  });

  test('tells the page who is there', async () => {
    const { body } = await call('identity', { login_hint_token: await front() });
    expect(body).toEqual({ iss: parley.issuer, sub: dana.sub });
    expect((await call('identity', {})).body).toMatchObject({ sub: dana.sub });
  });

  test('works where the browser keeps every cookie back: each request brings its own', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { body } = await askForCode({ login_hint_token: await front() }, new Visitor());
      expect(await subjectOfCode(liveperson, body?.['code'])).toBe(dana.sub);
    }
  });

  test('says acr, amr and auth_time as the brand does, and no auth_time where it does not', async () => {
    const ask = async (claims: Record<string, unknown>) => {
      const { body } = await askForCode({ login_hint_token: await front(dana.sub, claims) }, new Visitor());
      const tokens = await exchange(liveperson, body?.['code'] ?? '', { code_verifier: verifier });
      return claimsOf(tokens.body.id_token);
    };
    const auth_time = now() - 100;
    expect(await ask({ auth_time, acr: 'urn:acme:2fa', amr: ['otp'] })).toMatchObject({
      auth_time,
      acr: 'urn:acme:2fa',
      amr: ['otp'],
    });
    expect(await ask({})).not.toHaveProperty('auth_time');
  });

  test('39 is as new as its auth_time for max_age', async () => {
    const ask = async (auth_time: number | undefined) =>
      (
        await askForCode(
          { max_age: '60', login_hint_token: await front(dana.sub, { auth_time }) },
          new Visitor(),
        )
      ).body;
    expect(await ask(now() - 10)).toHaveProperty('code');
    expect(await ask(now() - 100)).toMatchObject({ error: 'login_required' });
    expect(await ask(undefined)).toMatchObject({ error: 'login_required' });
  });

  test('keeps the session of the same consumer: what it gave lives on', async () => {
    const first = await askForCode({ login_hint_token: await front() });
    await askForCode({ login_hint_token: await front() });
    expect(await subjectOfCode(liveperson, first.body?.['code'])).toBe(dana.sub);
  });

  test('of an account that is not there is login_required, never a 5xx', async () => {
    const { status, body } = await askForCode({ login_hint_token: await front('c-nobody') });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'login_required' });
  });
});

describe('28 an assertion that does not hold', () => {
  test.each([
    [
      'with another aud',
      { aud: 'https://id.other.example' },
      'its aud must be this issuer, exactly and alone',
    ],
    ['of another client', { client_id: 'web' }, 'it is meant for another client'],
    ['for servers', { channel: 'back' }, 'its channel must be front here'],
    ['of a brand login', { nonce: 'n' }, 'it answers a brand login'],
  ])('%s signs nobody in; the integrator reads which check failed', async (_, claims, sentence) => {
    const { status, body, headers } = await askForCode({ login_hint_token: await front(dana.sub, claims) });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: 'invalid_request',
      error_description: `login_hint_token: ${sentence}`,
    });
    expect(headers.getSetCookie().join()).not.toContain('parley_acme_session=ey');
    expect((await call('identity', {})).body).toBeNull();
  });

  test('expired has an error code of its own, so that a page can fetch the next one', async () => {
    const jwt = await front(dana.sub, { iat: now() - 100, exp: now() - 40 });
    expect((await askForCode({ login_hint_token: jwt })).body).toMatchObject({
      error: 'expired_login_hint_token',
    });
  });

  test('the operator reads what was expected and what came; no log has the assertion', async () => {
    const jwt = await front(dana.sub, { aud: 'https://id.other.example' });
    await askForCode({ login_hint_token: jwt });
    const good = await front();
    await askForCode({ login_hint_token: good });
    const pushed = await back();
    await push(web, { login_hint_token: pushed });
    const log = JSON.stringify(parley.log);
    expect(log).toContain('aud: expected \\"http://localhost:');
    expect(log).toContain('got \\"https://id.other.example\\"');
    for (const secret of [jwt, good, pushed].flatMap((text) => text.split('.').slice(1))) {
      expect(log).not.toContain(secret);
    }
  });

  test('is used once, whoever is first', async () => {
    const jwt = await front();
    expect((await askForCode({ login_hint_token: jwt })).body).toHaveProperty('code');
    const again = await askForCode({ login_hint_token: jwt }, new Visitor());
    expect(again.body).toMatchObject({ error_description: 'login_hint_token: it was used before' });
    expect((await call('identity', { login_hint_token: jwt }, new Visitor())).status).toBe(400);
  });

  test.each([2, 20])('is used once of %i times at once', async (parallel) => {
    const jwt = await front();
    const answers = await Promise.all(
      Array.from({ length: parallel }, () => askForCode({ login_hint_token: jwt }, new Visitor())),
    );
    expect(answers.filter(({ body }) => body?.['code'])).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  test('costs nothing of it where the request is refused anyway', async () => {
    const jwt = await front();
    await askForCode({ login_hint_token: jwt, code_challenge: '' });
    await askForCode({ login_hint_token: jwt, redirect_uri: 'https://evil.example' });
    await call('authorize', { ...codeRequest, login_hint_token: jwt }, visitor, 'https://evil.example');
    expect((await askForCode({ login_hint_token: jwt })).body).toHaveProperty('code');
  });
});

describe('41, 57 an assertion in an address', () => {
  test.each([
    ['a silent request', { prompt: 'none' }],
    ['a request', {}],
    ['a page’s popup', { response_mode: 'page_message', page }],
  ])('is refused in %s, and signs nobody in', async (_, more) => {
    const jwt = await front();
    const url = authorizationUrl(liveperson, { ...challenge, ...more, login_hint_token: jwt });
    const response = await visitor.get(url);
    const location = URL.parse(response.headers.get('location') ?? '');
    const told = location ? answerOf(location).get('error_description') : '';
    const text = `${told} ${location?.href} ${await response.text()}`;
    expect(text).toContain('never accepted in an address');
    expect(text).not.toContain('code=');
    expect(text).not.toContain(jwt);
    expect(sessionCookie()).toBeUndefined();
    expect(JSON.stringify(parley.log)).not.toContain(jwt.split('.')[2]);
    expect((await askForCode({ login_hint_token: jwt })).body).toHaveProperty('code');
  });

  test('a victim’s browser that opens it stays who it was', async () => {
    await signIn(visitor, authorizationUrl(liveperson, challenge), dana);
    await visitor.get(authorizationUrl(liveperson, { ...challenge, login_hint_token: await front(sam.sub) }));
    expect((await call('identity', {})).body).toMatchObject({ sub: dana.sub });
  });

  test('a stranger’s page may not post one', async () => {
    const answer = await call(
      'identity',
      { login_hint_token: await front() },
      visitor,
      'https://evil.example',
    );
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('twice in one form is refused', async () => {
    const body = new URLSearchParams({ client_id: 'liveperson', ...codeRequest });
    body.append('login_hint_token', await front());
    body.append('login_hint_token', await front(sam.sub));
    const sent = await fetch(`${parley.issuer}/page/authorize`, {
      method: 'POST',
      headers: { origin: page },
      body,
    });
    expect(sent.status).toBe(400);
    const identity = await fetch(`${parley.issuer}/page/identity`, {
      method: 'POST',
      headers: { origin: page },
      body,
    });
    expect(identity.status).toBe(400);
  });
});

describe('a pushed request with an assertion', () => {
  test('brings a code without a page, and no cookie is set', async () => {
    const pushed = await push(web, { login_hint_token: await back(), state: 's' });
    expect(pushed.status).toBe(201);
    const answer = await open(web, pushed);
    const landed = answerOf(new URL(answer.headers.get('location') ?? 'none:'));
    expect(landed.get('state')).toBe('s');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await subjectOfCode(web, landed.get('code'))).toBe(dana.sub);
    expect((await call('identity', {})).body).toBeNull();
  });

  test('brings an ID token in the same way, and sets no cookie for that either', async () => {
    const form = { response_type: 'id_token', nonce: 'n', response_mode: 'json' };
    const answer = await open(web, await push(web, { ...form, login_hint_token: await back() }));
    expect(claimsOf(answer.body?.['id_token'] ?? '')).toMatchObject({ sub: dana.sub, nonce: 'n' });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('is answered in JSON where the pushed request says so', async () => {
    const pushed = await push(web, { login_hint_token: await back(), response_mode: 'json' });
    const answer = await open(web, pushed);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await subjectOfCode(web, answer.body?.['code'])).toBe(dana.sub);
  });

  test('has its errors in JSON too, and shows no page whatever it asks', async () => {
    const stranger: Client = {
      issuer: parley.issuer,
      clientId: 'stranger',
      secret: secrets.stranger,
      redirectUri: 'https://stranger.example/callback',
    };
    const ask = async (client: Client, form: Record<string, string>, account = dana.sub) =>
      open(
        client,
        await push(client, { login_hint_token: await back(account), response_mode: 'json', ...form }),
      );
    expect((await ask(stranger, {})).body).toMatchObject({ error: 'consent_required' });
    expect((await ask(web, { max_age: '60' })).body).toMatchObject({ error: 'login_required' });
    expect((await ask(web, {}, 'c-nobody')).body).toMatchObject({ error: 'login_required' });
  });

  test.each(['login', 'consent'])('may not ask for a page by prompt=%s', async (prompt) => {
    const jwt = await back();
    expect((await push(web, { login_hint_token: jwt, prompt })).body).toMatchObject({
      error: 'invalid_request',
      error_description: 'with login_hint_token no page is shown: leave prompt out',
    });
    expect((await push(web, { login_hint_token: jwt, prompt: 'none' })).status).toBe(201);
  });

  test('the response mode beside it, in the address, counts for nothing', async () => {
    const pushed = await push(web, { login_hint_token: await back() });
    const answer = await open(web, pushed, visitor, { response_mode: 'json' });
    expect(answer.status).toBe(303);
  });

  test('without an assertion may not ask for JSON', async () => {
    expect((await push(web, { response_mode: 'json' })).body).toMatchObject({
      error: 'unsupported_response_mode',
    });
  });

  test('57 opened in a victim’s browser signs nobody in, and the victim’s own session stays', async () => {
    await signIn(visitor, authorizationUrl(liveperson, challenge), dana);
    const before = sessionCookie();
    const pushed = await push(web, { login_hint_token: await back(sam.sub) });
    const answer = await open(web, pushed);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const code = answerOf(new URL(answer.headers.get('location') ?? 'none:')).get('code');
    expect(await subjectOfCode(web, code)).toBe(sam.sub);
    expect(sessionCookie()).toBe(before);
    expect((await call('identity', {})).body).toMatchObject({ sub: dana.sub });
  });

  test('is opened once, also of 20 times at once', async () => {
    const pushed = await push(web, { login_hint_token: await back(), response_mode: 'json' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => open(web, pushed, new Visitor())));
    expect(answers.filter(({ body }) => body?.['code'])).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  test('is opened within 60 seconds', async () => {
    const pushed = await push(web, { login_hint_token: await back(), response_mode: 'json' });
    expect(pushed.body['expires_in']).toBeLessThanOrEqual(60);
  });

  test('the assertion is used up when it is pushed, for one client alone', async () => {
    const jwt = await back();
    const pushed = await push(web, { login_hint_token: jwt });
    expect((await push(web, { login_hint_token: jwt })).body).toMatchObject({
      error: 'invalid_request',
      error_description: 'login_hint_token: it was used before',
    });
    expect((await push(app, { login_hint_token: jwt })).status).toBe(400);
    expect((await open(app, pushed)).headers.get('location') ?? '').not.toContain('code=');
  });

  test('28 is refused at the push: front channel, a client that does not authenticate, a wrong secret', async () => {
    expect((await push(web, { login_hint_token: await front() })).body).toMatchObject({
      error_description: 'login_hint_token: its channel must be back here',
    });
    const { secret: _, ...nobody } = { ...app, clientId: 'public-app' };
    expect((await push(nobody, { login_hint_token: await back() })).body).toMatchObject({
      error_description: 'login_hint_token needs a client that authenticates itself',
    });
    const jwt = await back();
    expect((await push({ ...web, secret: 'wrong' }, { login_hint_token: jwt })).status).toBe(401);
    expect((await push(web, { login_hint_token: jwt })).status).toBe(201);
  });

  test('a custom scheme needs no click for it, where a session alone would', async () => {
    await signIn(visitor, authorizationUrl(liveperson, challenge), dana);
    const silent = await authorizeSilently(visitor, authorizationUrl(app, challenge));
    expect(silent.get('error')).toBe('interaction_required');
    const pushed = await push(app, { login_hint_token: await back() });
    const answer = await open(app, pushed, new Visitor());
    const code = answerOf(new URL(answer.headers.get('location') ?? 'none:')).get('code');
    expect(await subjectOfCode(app, code)).toBe(dana.sub);
  });

  test('its tokens live as long as the brand said, refresh and userinfo included', async () => {
    const jwt = await back(dana.sub, { session_exp: now() + 300 });
    const { body } = await open(web, await push(web, { login_hint_token: jwt, response_mode: 'json' }));
    const tokens = await exchange(web, body?.['code'] ?? '', { code_verifier: verifier });
    const refreshed = await refresh(web, tokens.body.refresh_token);
    expect(refreshed.status).toBe(200);
    expect(await userinfoStatus(web, refreshed.body.access_token)).toBe(200);
    seconds = 301;
    expect((await refresh(web, refreshed.body.refresh_token)).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(web, refreshed.body.access_token)).toBe(401);
  });
});

describe('still the same consumer?', () => {
  test('36, 37 another consumer’s assertion: a new session, and nothing of the former one is left', async () => {
    const { body: former } = await askForCode({ login_hint_token: await front() });
    const before = sessionCookie();
    const { body } = await askForCode({ login_hint_token: await front(sam.sub) });
    expect(await subjectOfCode(liveperson, body?.['code'])).toBe(sam.sub);
    expect(await subjectOfCode(liveperson, former?.['code'])).toBe('invalid_grant');
    expect(sessionCookie()).not.toBe(before);
    const device = visitor.clone();
    device.cookies.set('parley_acme_session', { value: before ?? '', path: '/' });
    expect((await call('identity', {}, device)).body).toBeNull();
    expect((await call('identity', {})).body).toMatchObject({ sub: sam.sub });
  });

  test('36 a session that was planted before the sign-in is not the one after', async () => {
    const attacker = new Visitor();
    await askForCode({ login_hint_token: await front(sam.sub) }, attacker);
    visitor = attacker.clone();
    await askForCode({ login_hint_token: await front() });
    expect(sessionCookie()).not.toBe(sessionCookie(attacker));
    expect((await call('identity', {}, attacker)).body).toBeNull();
  });

  test('37 the session ends after 15 minutes where the brand says nothing, with what it gave', async () => {
    await askForCode({ login_hint_token: await front() });
    seconds = 840;
    const { body: late } = await askForCode();
    expect(late).toHaveProperty('code');
    seconds = 901;
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
    expect((await call('identity', {})).body).toBeNull();
    expect(await subjectOfCode(liveperson, late?.['code'])).toBe('invalid_grant');
  });

  test('64 a page that polls does not keep it, the next assertion does', async () => {
    await askForCode({ login_hint_token: await front() });
    for (const at of [300, 600, 840]) {
      seconds = at;
      expect((await askForCode()).body).toHaveProperty('code');
    }
    await askForCode({ login_hint_token: await front() });
    seconds = 1680;
    expect((await askForCode()).body).toHaveProperty('code');
    seconds = 1800;
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
  });

  test('37 a page that says that nobody is signed in ends what began with an assertion', async () => {
    const { body } = await askForCode({ login_hint_token: await front() });
    expect((await call('identity', {})).body).toMatchObject({ sub: dana.sub });
    expect((await call('identity', { login_hint_token: '' })).body).toBeNull();
    expect((await call('identity', {})).body).toBeNull();
    expect(await subjectOfCode(liveperson, body?.['code'])).toBe('invalid_grant');
    await askForCode({ login_hint_token: await front() });
    expect((await askForCode({ login_hint_token: '' })).body).toMatchObject({ error: 'login_required' });
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
  });

  test('37 but not who gave a password to us', async () => {
    await signIn(visitor, authorizationUrl(web), dana);
    expect((await call('identity', { login_hint_token: '' })).body).toMatchObject({ sub: dana.sub });
  });

  test('37 signed out: nothing is given any more, and codes are dead', async () => {
    const { body } = await askForCode({ login_hint_token: await front() });
    await call('sign-out', {});
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
    expect(await subjectOfCode(liveperson, body?.['code'])).toBe('invalid_grant');
  });

  test('58 a page that expects another consumer gets no code', async () => {
    const { body } = await askForCode({ login_hint_token: await front(), expected_sub: sam.sub });
    expect(body).toMatchObject({ error: 'login_required' });
  });

  test('56 a silent request in flight across a change of consumer brings nothing of the former back', async () => {
    await askForCode({ login_hint_token: await front() });
    const other = visitor.clone();
    const form = { client_id: 'liveperson', ...codeRequest };
    const response = await whileDirectoryIsAsked(
      parley,
      () => other.post(`${parley.issuer}/page/authorize`, form, { origin: page, accept: '*/*' }),
      async () => {
        const changed = await askForCode({ login_hint_token: await front(sam.sub) });
        expect(changed.body).toHaveProperty('code');
      },
    );
    const answer = await read(response);
    expect(answer.body).toMatchObject({ error: 'login_required' });
    expect(answer.headers.getSetCookie().join()).not.toMatch(/parley_acme_session=[^;]/);
    expect((await call('identity', {})).body).toMatchObject({ sub: sam.sub });
  });
});

describe('beside the brand’s own session', () => {
  let server: BrandServer;
  let both: RunningParley;

  beforeAll(async () => {
    server = await startBrandServer();
    const port = await findFreePort();
    const signer = await createBrandSigner(`http://localhost:${port}`);
    both = await startParley({
      port,
      brands: [
        testBrand({
          clients: testClients().map((client) => ({ ...client, pages: [page] })),
          login: [
            { session: { url: server.url, cookies: ['sid'] } },
            { assertion: { verify: { issuer: brandIssuer, jwks: signer.jwks } } },
          ],
        }),
      ],
    });
    ask = async (of, account) => {
      const form = { client_id: 'liveperson', login_hint_token: await signer.sign({ sub: account }) };
      return read(await of.post(`${both.issuer}/page/identity`, form, { origin: page, accept: '*/*' }));
    };
  });
  afterAll(async () => {
    await both.stop();
    await server.stop();
  });
  let ask: (of: Visitor, account: string) => Promise<Answer>;

  test('an assertion from before the consumer changed or left signs nobody in', async () => {
    const sid = server.signIn(sam.sub);
    visitor.cookies.set('sid', { value: sid, path: '/' });
    expect((await ask(visitor, dana.sub)).body).toBeNull();
    expect((await ask(visitor, sam.sub)).body).toMatchObject({ sub: sam.sub });
    server.signOut(sid);
    const other = new Visitor();
    other.cookies.set('sid', { value: sid, path: '/' });
    expect((await ask(other, sam.sub)).body).toBeNull();
  });

  test('an assertion of a consumer who has just signed in counts, whatever the brand had said a moment ago', async () => {
    visitor.cookies.set('sid', { value: 'kept-at-sign-in', path: '/' });
    expect((await ask(visitor, dana.sub)).body).toBeNull();
    server.change('kept-at-sign-in', dana.sub);
    expect((await ask(visitor, dana.sub)).body).toMatchObject({ sub: dana.sub });
  });

  test('where the browser brings no cookie of the brand’s, the assertion alone counts', async () => {
    expect((await ask(visitor, dana.sub)).body).toMatchObject({ sub: dana.sub });
  });
});
