import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { whileDirectoryIsAsked } from '../support/hold-directory.ts';
import { onEachStore } from '../support/on-each-store.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  isActive,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { readForm, Visitor } from '../support/visitor.ts';

/** Of the web client. */
const shop = 'https://shop.acme.example';

/** Signs out as a consumer does: the confirmation page, and yes. */
async function signOut(visitor: Visitor, issuer: string): Promise<Response> {
  const page = await visitor.get(`${issuer}/session/end`);
  const { action, fields } = readForm(await page.text());
  return visitor.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });
}

onEachStore((store) => {
  let parley: RunningParley;
  let web: Client;

  beforeAll(async () => {
    const storeUrl = store();
    const clients = testClients().map((one) => (one['id'] === 'web' ? { ...one, pages: [shop] } : one));
    parley = await startParley({ brands: [testBrand({ clients })], ...(storeUrl && { store: storeUrl }) });
    web = webClient(parley);
  });
  afterAll(() => parley.stop());

  async function signedIn(who = dana): Promise<Visitor> {
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), who);
    return visitor;
  }
  const silentCode = async (visitor: Visitor) =>
    (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '';

  describe('14, 17 after the consumer has signed out', () => {
    test('code, refresh token, access token and silent sign-in are dead', async () => {
      const visitor = await signedIn();
      const tokens = await exchange(web, await silentCode(visitor));
      const unusedCode = await silentCode(visitor);

      expect((await signOut(visitor, parley.issuer)).status).toBe(303);

      expect((await exchange(web, unusedCode)).body.error).toBe('invalid_grant');
      expect((await refresh(web, tokens.body.refresh_token)).body.error).toBe('invalid_grant');
      expect(await userinfoStatus(web, tokens.body.access_token)).toBe(401);
      expect(await isActive(web, tokens.body.access_token)).toBe(false);
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
    });

    test('the session cookies that the browser had bring nothing back', async () => {
      const visitor = await signedIn();
      const before = visitor.clone();
      await signOut(visitor, parley.issuer);
      expect((await authorizeSilently(before, authorizationUrl(web))).get('error')).toBe('login_required');
      expect((await authorizeSilently(before, authorizationUrl(web))).get('error')).toBe('login_required');
    });
  });

  test('an id_token_hint of the signed-in consumer ends the session without a question', async () => {
    const visitor = await signedIn();
    const { body } = await exchange(web, await silentCode(visitor));
    const url = new URL(`${parley.issuer}/session/end`);
    url.search = new URLSearchParams({
      id_token_hint: body.id_token,
      post_logout_redirect_uri: 'https://shop.acme.example/bye',
      state: 'x y',
    }).toString();
    const response = await visitor.get(url);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('https://shop.acme.example/bye?state=x%20y');
    expect(await userinfoStatus(web, body.access_token)).toBe(401);
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
  });

  test("another consumer's id_token_hint asks first and ends nothing", async () => {
    const danas = await exchange(web, await silentCode(await signedIn(dana)));
    const samsBrowser = await signedIn(sam);
    const page = await samsBrowser.get(`${parley.issuer}/session/end?id_token_hint=${danas.body.id_token}`);
    expect(page.status).toBe(200);
    expect(readForm(await page.text()).fields['xsrf']).toBeTruthy();
    expect((await authorizeSilently(samsBrowser, authorizationUrl(web))).get('code')).toBeTruthy();
  });

  test('an unregistered post_logout_redirect_uri is refused', async () => {
    const visitor = await signedIn();
    const { body } = await exchange(web, await silentCode(visitor));
    const response = await visitor.get(
      `${parley.issuer}/session/end?id_token_hint=${body.id_token}&post_logout_redirect_uri=https://evil.example/`,
    );
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('code')).toBeTruthy();
  });

  describe('56 a silent request in flight', () => {
    async function duringSilentRequest(
      visitor: Visitor,
      parameters: Record<string, string>,
      meanwhile: () => Promise<unknown>,
    ) {
      const window = visitor.clone();
      const url = authorizationUrl(web, { prompt: 'none', ...parameters });
      const response = await whileDirectoryIsAsked(parley, () => window.get(url), meanwhile);
      return { response, window };
    }

    test.each([
      ['code', { response_type: 'code' }],
      ['id_token', { response_type: 'id_token', nonce: 'n-1' }],
      ['code id_token', { response_type: 'code id_token', nonce: 'n-2' }],
    ])('across a logout brings neither a session, a cookie nor a %s', async (_name, parameters) => {
      const visitor = await signedIn();
      const { response, window } = await duringSilentRequest(visitor, parameters, () =>
        signOut(visitor, parley.issuer),
      );

      const answer = answerOf(new URL(response.headers.get('location') ?? ''));
      expect(answer.get('error')).toBe('login_required');
      expect(answer.get('code')).toBeNull();
      expect(answer.get('id_token')).toBeNull();
      const sessionCookies = response.headers.getSetCookie().filter((line) => line.includes('_session'));
      expect(sessionCookies).toEqual([]);
      expect((await authorizeSilently(window, authorizationUrl(web))).get('error')).toBe('login_required');
    });

    test('with form_post shows nothing of the answer', async () => {
      const visitor = await signedIn();
      const { response } = await duringSilentRequest(visitor, { response_mode: 'form_post' }, () =>
        signOut(visitor, parley.issuer),
      );
      expect(response.status).toBe(400);
      expect(await response.text()).not.toMatch(/name="code"/);
    });

    test('on its way back to a page says so on a page of ours, which leads nowhere', async () => {
      const visitor = await signedIn();
      const back = { response_type: 'none', response_mode: 'page_return', page_return_to: `${shop}/chat` };
      const { response } = await duringSilentRequest(visitor, back, () => signOut(visitor, parley.issuer));
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('the session ended meanwhile');
      expect(response.headers.get('location')).toBeNull();
      expect(response.headers.get('permissions-policy')).toContain('camera=()');
    });

    test('across a switch of consumer: the browser is the new one and nobody gets a token of the former', async () => {
      const visitor = await signedIn(dana);
      const { response } = await duringSilentRequest(visitor, {}, async () => {
        await signIn(visitor, authorizationUrl(web, { prompt: 'login' }), sam);
      });
      expect(answerOf(new URL(response.headers.get('location') ?? '')).get('error')).toBe('login_required');
      const { body } = await exchange(web, await silentCode(visitor));
      expect(claimsOf(body.id_token)['sub']).toBe(sam.sub);
    });
  });

  describe('56 the last step of a sign-in in flight, which renews the session under another id', () => {
    /** Dana signs in again on purpose; the browser stands before the last step. */
    async function beforeLastStep(visitor: Visitor): Promise<URL> {
      const page = await visitor.follow(
        await visitor.get(authorizationUrl(web, { prompt: 'login' })),
        parley.issuer,
      );
      const { action, fields } = readForm(await page.response.text());
      const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
      const submitted = await visitor.post(new URL(action, parley.issuer), form);
      return new URL(submitted.headers.get('location') ?? '', parley.issuer);
    }

    /** The account is asked for before the request goes on, and by the library when it has. */
    const moments: [when: string, question: number][] = [
      ['before the request goes on', 1],
      ['when the library asks for the account', 2],
    ];

    /** The page that says to start again, or the way to a sign-in page. */
    function expectRefusal(response: Response): void {
      const location = response.headers.get('location') ?? '';
      expect(location === '' ? response.status : 400).toBe(400);
      expect(location).toMatch(/^$|^\/interaction\/|error=login_required/);
      expect(location).not.toContain('code=');
    }

    test.each(moments)('brings nothing back across a logout %s', async (_when, question) => {
      const visitor = await signedIn();
      const resume = await beforeLastStep(visitor);
      const window = visitor.clone();
      const response = await whileDirectoryIsAsked(
        parley,
        () => window.get(resume),
        () => signOut(visitor, parley.issuer),
        question,
      );

      expectRefusal(response);
      expect(response.headers.getSetCookie().filter((line) => /_session=[^;]/.test(line))).toEqual([]);
      expect((await authorizeSilently(window, authorizationUrl(web))).get('error')).toBe('login_required');
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
    });

    test.each(moments)(
      'does not take the browser back from the consumer who came next %s',
      async (_when, question) => {
        const visitor = await signedIn();
        const resume = await beforeLastStep(visitor);
        const window = visitor.clone();
        const response = await whileDirectoryIsAsked(
          parley,
          () => window.get(resume),
          () => signIn(visitor, authorizationUrl(web, { prompt: 'login' }), sam),
          question,
        );
        expectRefusal(response);
        const { body } = await exchange(web, await silentCode(visitor));
        expect(claimsOf(body.id_token)['sub']).toBe(sam.sub);
      },
    );

    test('a session that was renewed while its logout ran is over all the same', async () => {
      const visitor = await signedIn();
      const resume = await beforeLastStep(visitor);
      const page = await visitor.get(`${parley.issuer}/session/end`);
      const { action, fields } = readForm(await page.text());
      const old = visitor.clone();
      await visitor.get(resume);
      await old.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });
      const silent = await authorizeSilently(old, authorizationUrl(web));
      expect(silent.get('error')).toBe('login_required');
    });
  });

  test('a late answer carries no ID token, however the redirect URI is spelled', async () => {
    const visitor = await signedIn();
    const odd = { ...web, redirectUri: 'https://SHOP.acme.example?lp=1' };
    const url = authorizationUrl(odd, { prompt: 'none', response_type: 'id_token', nonce: 'n' });
    const window = visitor.clone();
    const response = await whileDirectoryIsAsked(
      parley,
      () => window.get(url),
      () => signOut(visitor, parley.issuer),
    );
    expect(response.headers.get('location')).toContain('login_required');
    expect(response.headers.get('location')).not.toContain('id_token');
  });

  describe('a session that ends while the directory is asked for its consumer', () => {
    const uses: [string, (held: { code: string; access: string; refresh: string }) => Promise<unknown>][] = [
      ['a code', async ({ code }) => (await exchange(web, code)).body.error === undefined],
      ['a refresh token', async ({ refresh: token }) => (await refresh(web, token)).body.error === undefined],
      ['an access token', async ({ access }) => (await userinfoStatus(web, access)) === 200],
      ['a token that is introspected', ({ access }) => isActive(web, access)],
    ];

    test.each(uses)('leaves nothing to %s', async (_what, use) => {
      const visitor = await signedIn();
      const { body } = await exchange(web, await silentCode(visitor));
      const { access_token: access, refresh_token: token } = body;
      const held = { code: await silentCode(visitor), access, refresh: token };
      const served: unknown[] = [];
      await whileDirectoryIsAsked(
        parley,
        async () => Response.json(served.push(await use(held))),
        () => signOut(visitor, parley.issuer),
      );
      expect(served).toEqual([false]);
    });
  });

  describe('when another consumer signs in at the same browser', () => {
    test('the former session, its codes and its tokens are gone', async () => {
      const visitor = await signedIn(dana);
      const old = visitor.clone();
      const tokens = await exchange(web, await silentCode(visitor));
      const unusedCode = await silentCode(visitor);

      const landed = await signIn(visitor, authorizationUrl(web, { prompt: 'login' }), sam);
      const samTokens = await exchange(web, answerOf(landed).get('code') ?? '');

      expect(claimsOf(samTokens.body.id_token)['sub']).toBe(sam.sub);
      expect((await exchange(web, unusedCode)).body.error).toBe('invalid_grant');
      expect(await userinfoStatus(web, tokens.body.access_token)).toBe(401);
      expect((await authorizeSilently(old, authorizationUrl(web))).get('error')).toBe('login_required');
    });

    test('36 the session identifier changes at each sign-in', async () => {
      const visitor = new Visitor();
      const sessionId = () => [...visitor.cookies].find(([name]) => name.endsWith('_session'))?.[1].value;
      await signIn(visitor, authorizationUrl(web), dana);
      const first = sessionId();
      await signIn(visitor, authorizationUrl(web, { prompt: 'login' }), dana);
      expect(first).toBeTruthy();
      expect(sessionId()).not.toBe(first);
    });
  });

  test('40 an account that is disabled loses refresh, userinfo and silent sign-in, without a server error', async () => {
    const visitor = await signedIn();
    const tokens = await exchange(web, await silentCode(visitor));
    const { directory } = parley.server.sites[0] ?? {};
    if (!directory) throw new Error('no site');
    const find = directory.findAccount;
    directory.findAccount = async () => undefined;
    try {
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
      expect((await refresh(web, tokens.body.refresh_token)).body.error).toBe('invalid_grant');
      expect(await userinfoStatus(web, tokens.body.access_token)).toBe(401);
      expect(await isActive(web, tokens.body.access_token)).toBe(false);
      expect(await isActive(web, tokens.body.refresh_token)).toBe(false);
      expect((await visitor.get(authorizationUrl(web))).status).toBe(303);
    } finally {
      directory.findAccount = find;
    }
  });
});
