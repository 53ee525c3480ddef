import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { comeBackAs, goBack, goToBrand, loginPage, postBack, readRequest } from '../support/brand-login.ts';
import { type BrandSigner, brandIssuer, createBrandSigner } from '../support/brand-signer.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, authorizeSilently, claimsOf, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, testBrand } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';

/** The brand's own login page: a signed request there, a signed answer back, and only the browser that went. */

const now = () => Math.floor(Date.now() / 1000);

async function startWith(more: { login?: object[] } = {}) {
  const port = await findFreePort();
  const signer = await createBrandSigner(`http://localhost:${port}`);
  const brand = { url: loginPage, verify: { issuer: brandIssuer, jwks: signer.jwks } };
  const login = [{ brand }, ...(more.login ?? [])];
  const parley = await startParley({
    port,
    brands: [testBrand({ login })],
  });
  return { parley, signer };
}

describe("a sign-in at the brand's page", () => {
  let parley: RunningParley;
  let signer: BrandSigner;
  beforeAll(async () => {
    ({ parley, signer } = await startWith());
  });
  afterAll(() => parley.stop());

  const web = () => webClient(parley);
  const begin = (visitor: Visitor, parameters: Record<string, string> = {}) =>
    goToBrand(visitor, authorizationUrl(web(), parameters));
  const signedInAs = async (visitor: Visitor): Promise<unknown> => {
    const answer = await authorizeSilently(visitor, authorizationUrl(web()));
    const code = answer.get('code');
    return code === null ? answer.get('error') : claimsOf((await exchange(web(), code)).body.id_token)['sub'];
  };

  test('the consumer goes to the brand without a page of ours, and comes back signed in', async () => {
    const visitor = new Visitor();
    const request = await begin(visitor, { login_hint: 'dana', ui_locales: 'de en', acr_values: 'gold' });
    expect(request).toMatchObject({
      client_id: 'web',
      client_name: 'Acme Shop',
      return_to: `${parley.issuer}/login/brand`,
      login_hint: 'dana',
      ui_locales: 'de en',
      acr_values: 'gold',
      exp: expect.any(Number),
      jti: expect.any(String),
    });
    expect(request).not.toHaveProperty('prompt');
    const authTime = now() - 500;
    const { url } = await comeBackAs(visitor, {
      request,
      signer,
      claims: { sub: dana.sub, auth_time: authTime, acr: 'gold', amr: ['face'] },
    });
    const { body } = await exchange(web(), url.searchParams.get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({ sub: dana.sub, acr: 'gold', amr: ['face'] });
    expect(claimsOf(body.id_token)['auth_time']).toBe(authTime);
    expect(await signedInAs(visitor)).toBe(dana.sub);
  });

  test('50 a brand whose clock is slow signs in a consumer who signed out a moment ago', async () => {
    await parley.server.sites[0]?.store.setNotBefore(dana.sub, now() - 1, 60);
    const visitor = new Visitor();
    const request = await begin(visitor);
    const { url } = await comeBackAs(visitor, {
      request,
      signer,
      claims: { sub: dana.sub, iat: now() - 20 },
    });
    const { body } = await exchange(web(), url.searchParams.get('code') ?? '');
    expect(body.id_token && claimsOf(body.id_token)['sub']).toBe(dana.sub);
  });

  test('37 an answer from before the consumer signed out signs nobody in', async () => {
    const visitor = new Visitor();
    const request = await begin(visitor);
    const signed = now();
    await poll('the next second', 20_000, () => now() > signed);
    const left = now();
    await parley.server.sites[0]?.store.setNotBefore(sam.sub, left, 60);
    const { url } = await comeBackAs(visitor, { request, signer, claims: { sub: sam.sub, iat: signed } });
    expect(url.searchParams.get('code')).toBeNull();
    await poll('the next second', 20_000, () => now() > left);
  });

  test('what nobody told stands in no token', async () => {
    const visitor = new Visitor();
    const { url } = await comeBackAs(visitor, {
      request: await begin(visitor),
      signer,
      claims: { sub: dana.sub },
    });
    const { body } = await exchange(web(), url.searchParams.get('code') ?? '');
    for (const name of ['acr', 'amr', 'auth_time']) expect(claimsOf(body.id_token)).not.toHaveProperty(name);
  });

  test('no address that the browser shows carries the assertion', async () => {
    const visitor = new Visitor();
    const { nonce, return_to: returnTo } = await begin(visitor);
    const posted = await postBack(returnTo, { assertion: await signer.sign({ nonce, sub: dana.sub }) });
    expect(posted.status).toBe(303);
    expect(posted.headers.getSetCookie()).toEqual([]);
    expect(posted.headers.get('location')).toMatch(/^\/interaction\/[\w-]+\/back\?reference=[\w-]{32}$/);
    expect(withoutIds(JSON.stringify(parley.log))).not.toContain('eyJ');
  });

  describe('57 an answer that is opened in another browser than the one that went', () => {
    test.each([
      ['has never been here', async () => new Visitor()],
      [
        'is on its own way to the brand',
        async () => {
          const victim = new Visitor();
          await begin(victim);
          return victim;
        },
      ],
      [
        'has somebody signed in',
        async () => {
          const victim = new Visitor();
          await comeBackAs(victim, { request: await begin(victim), signer, claims: { sub: dana.sub } });
          return victim;
        },
      ],
    ])('signs nobody in where the browser %s', async (_name, open) => {
      const attacker = new Visitor();
      const { nonce, return_to: returnTo } = await begin(attacker);
      const posted = await postBack(returnTo, { assertion: await signer.sign({ nonce, sub: sam.sub }) });
      const victim = await open();
      const before = await signedInAs(victim);
      const { response } = await goBack(victim, returnTo, posted);
      expect(response.status).toBe(400);
      expect(await signedInAs(victim)).toBe(before);
    });

    test("36 nor with all of the attacker's short-lived cookies planted in it", async () => {
      const [attacker, victim] = [new Visitor(), new Visitor()];
      const { nonce, return_to: returnTo } = await begin(attacker);
      const posted = await postBack(returnTo, { assertion: await signer.sign({ nonce, sub: sam.sub }) });
      await begin(victim);
      for (const [name, cookie] of attacker.cookies)
        if (/interaction|resume/.test(name)) victim.cookies.set(name, { ...cookie });
      const { response } = await goBack(victim, returnTo, posted);
      expect(response.status).toBe(400);
      expect(await signedInAs(victim)).toBe('login_required');
    });
  });

  test('an answer for an earlier request of the same browser signs nobody in', async () => {
    const visitor = new Visitor();
    const first = await begin(visitor);
    const second = await begin(visitor);
    const { response, url } = await comeBackAs(visitor, {
      request: { ...second, nonce: `${second.nonce.split('.')[0]}.${first.nonce.split('.')[1]}` },
      signer,
      claims: { sub: dana.sub },
    });
    expect(url.pathname).toMatch(/\/ways$/);
    expect(response.status).toBe(200);
    expect(await signedInAs(visitor)).toBe('login_required');
  });

  test('28 an assertion is accepted once: replayed, and 20 times at once', async () => {
    const visitor = new Visitor();
    const { nonce, return_to: returnTo } = await begin(visitor);
    const assertion = await signer.sign({ nonce, sub: dana.sub });
    const all = await Promise.all(Array.from({ length: 20 }, () => postBack(returnTo, { assertion })));
    expect(all.filter(({ status }) => status === 303)).toHaveLength(1);
    const late = await postBack(returnTo, { assertion });
    expect(late.status).toBe(400);
    expect(await late.text()).toContain('it was used before');
  });

  test('a reference is used once', async () => {
    const visitor = new Visitor();
    const { nonce, return_to: returnTo } = await begin(visitor);
    const posted = await postBack(returnTo, { assertion: await signer.sign({ nonce, sub: dana.sub }) });
    const back = new URL(posted.headers.get('location') ?? '', parley.issuer);
    const [first, second] = await Promise.all([visitor.clone().get(back), visitor.clone().get(back)]);
    const onward = [first, second].filter(({ status }) => status === 303);
    expect(onward.map((response) => response.headers.get('location'))).toEqual([
      expect.stringContaining('/auth/'),
    ]);
  });

  test.each([
    ['has no nonce', {}, 'its nonce is missing', (nonce: string) => ({ nonce: nonce && undefined })],
    ['has another audience', { aud: 'https://other.example' }, 'expected'],
    ['has another issuer', { iss: 'https://other.example' }, 'expected'],
    ['is for the back channel', { channel: 'back' }, 'expected'],
    ['lives too long', { exp: now() + 900 }, 'it lives'],
    ['has expired', { iat: now() - 300, exp: now() - 200 }, 's ago'],
    ['has no jti', { jti: undefined }, 'jti'],
  ] as [string, object, string, ((nonce: string) => object)?][])(
    '28 an assertion that %s is refused; the integrator reads why, the operator too',
    async (_name, claims, detail, more = () => ({})) => {
      const visitor = new Visitor();
      const { nonce, return_to: returnTo } = await begin(visitor);
      const assertion = await signer.sign({ nonce, sub: dana.sub, ...claims, ...more(nonce) });
      const response = await postBack(returnTo, { assertion });
      expect([response.status, response.headers.get('location')]).toEqual([400, null]);
      expect(await response.text()).toContain('assertion: ');
      expect(JSON.stringify(parley.log.slice(-3))).toContain(detail);
      expect(JSON.stringify(parley.log)).not.toContain(assertion.split('.')[2]);
    },
  );

  test('28 an assertion for another client of the brand signs nobody in', async () => {
    const visitor = new Visitor();
    const request = await begin(visitor);
    const { url } = await comeBackAs(visitor, {
      request,
      signer,
      claims: { sub: dana.sub, client_id: 'liveperson' },
    });
    expect(url.pathname).toMatch(/\/ways$/);
    expect(await signedInAs(visitor)).toBe('login_required');
  });

  test.each([
    ['GET', { method: 'GET' }, 405],
    ['a form without anything', { method: 'POST', body: new URLSearchParams() }, 400],
    ['an assertion that is none', { method: 'POST', body: new URLSearchParams({ assertion: 'x' }) }, 400],
    ['two assertions', { method: 'POST', body: 'assertion=a&assertion=b' }, 400],
    ['30 kB', { method: 'POST', body: new URLSearchParams({ assertion: 'x'.repeat(30_000) }) }, 400],
    [
      'JSON',
      { method: 'POST', body: '{"assertion":"x"}', headers: { 'content-type': 'application/json' } },
      400,
    ],
  ] as [string, RequestInit, number][])(
    'the return address answers %s in words',
    async (_name, init, status) => {
      const response = await fetch(`${parley.issuer}/login/brand`, {
        redirect: 'manual',
        ...init,
        headers: { accept: 'text/html', ...(init.headers as Record<string, string>) },
      });
      expect([response.status, response.headers.getSetCookie()]).toEqual([status, []]);
      expect(await response.text()).toContain('mention the reference');
    },
  );

  test('an account that the directory does not know, or has disabled, is not signed in', async () => {
    const visitor = new Visitor();
    const request = await begin(visitor);
    const { url, response } = await comeBackAs(visitor, { request, signer, claims: { sub: 'c-nobody' } });
    expect(url.pathname).toMatch(/\/ways$/);
    expect(await response.text()).toContain('That did not work');
    expect(await signedInAs(visitor)).toBe('login_required');
  });

  describe('38 a sign-in anew', () => {
    const signedIn = async () => {
      const visitor = new Visitor();
      await comeBackAs(visitor, { request: await begin(visitor), signer, claims: { sub: dana.sub } });
      return visitor;
    };

    test('that is cancelled at the brand is access_denied, and the session is what it was', async () => {
      const visitor = await signedIn();
      const request = await begin(visitor, { prompt: 'login', state: 's-1' });
      expect(request['prompt']).toBe('login');
      const form = { error: 'access_denied', state: request.nonce };
      const { url } = await goBack(visitor, request.return_to, await postBack(request.return_to, form));
      expect(Object.fromEntries(url.searchParams)).toMatchObject({ error: 'access_denied', state: 's-1' });
      expect(await signedInAs(visitor)).toBe(dana.sub);
    });

    test.each([
      ['no auth_time', {}],
      ['an old one', { auth_time: now() - 3600 }],
    ])('that the brand answers with %s is not one', async (_name, claims) => {
      const visitor = await signedIn();
      const request = await begin(visitor, { prompt: 'login' });
      const { url } = await comeBackAs(visitor, { request, signer, claims: { sub: dana.sub, ...claims } });
      expect(url.pathname).toMatch(/\/ways$/);
    });

    test('that is one', async () => {
      const visitor = await signedIn();
      const request = await begin(visitor, { prompt: 'login' });
      const { url } = await comeBackAs(visitor, {
        request,
        signer,
        claims: { sub: dana.sub, auth_time: now() },
      });
      expect(url.searchParams.get('code')).toBeTruthy();
    });

    test("39 max_age is the brand's to satisfy, by the time that it tells", async () => {
      const visitor = await signedIn();
      const request = await begin(visitor, { max_age: '100' });
      expect(request['max_age']).toBe(100);
      const old = { sub: dana.sub, auth_time: now() - 200 };
      expect((await comeBackAs(visitor, { request, signer, claims: old })).url.pathname).toMatch(/\/ways$/);
      const again = await begin(visitor, { max_age: '100' });
      const recent = { sub: dana.sub, auth_time: now() - 50 };
      const { url } = await comeBackAs(visitor, { request: again, signer, claims: recent });
      expect(url.searchParams.get('code')).toBeTruthy();
    });

    test('37 by another consumer: nothing of the former is left', async () => {
      const visitor = await signedIn();
      const answer = await authorizeSilently(visitor, authorizationUrl(web()));
      const tokens = await exchange(web(), answer.get('code') ?? '');
      const pending = (await authorizeSilently(visitor, authorizationUrl(web()))).get('code') ?? '';
      const request = await begin(visitor, { prompt: 'login' });
      await comeBackAs(visitor, { request, signer, claims: { sub: sam.sub, auth_time: now() } });
      expect(await signedInAs(visitor)).toBe(sam.sub);
      expect((await exchange(web(), pending)).body.error).toBe('invalid_grant');
      const userinfo = await fetch(`${parley.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${tokens.body.access_token}` },
      });
      expect(userinfo.status).toBe(401);
    });
  });

  test("another browser's cancel does not stop a sign-in", async () => {
    const [visitor, other] = [new Visitor(), new Visitor()];
    const [request, others] = [await begin(visitor), await begin(other)];
    const form = { error: 'access_denied', state: `${request.nonce.split('.')[0]}.guessed` };
    const posted = await postBack(others.return_to, form);
    const { url } = await goBack(visitor, request.return_to, posted);
    expect(url.searchParams.get('error')).toBeNull();
  });
});

describe('beside a page for a password', () => {
  let parley: RunningParley;
  let signer: BrandSigner;
  beforeAll(async () => {
    ({ parley, signer } = await startWith({ login: [{ password: {} }] }));
  });
  afterAll(() => parley.stop());

  /** Cancels at the brand; answers the page with the ways. */
  async function cancelled(visitor: Visitor) {
    const request = await goToBrand(visitor, authorizationUrl(webClient(parley)));
    const form = { error: 'access_denied', state: request.nonce };
    return goBack(visitor, request.return_to, await postBack(request.return_to, form));
  }

  test('a consumer who stopped at the brand may choose the password', async () => {
    const visitor = new Visitor();
    const { url, response } = await cancelled(visitor);
    const html = await response.text();
    expect(html).toContain('Sign in with Acme');
    const [, href = ''] = /href="([^"]+\/with\/password)"/.exec(html) ?? [];
    const landed = await signIn(visitor, new URL(href, url), dana);
    expect(landed.searchParams.get('code')).toBeTruthy();
  });

  test('or the brand once more, by an address that is no form', async () => {
    const visitor = new Visitor();
    const { url, response } = await cancelled(visitor);
    const [, href = ''] = /href="([^"]+\/with\/brand)"/.exec(await response.text()) ?? [];
    const away = await visitor.get(new URL(href, url));
    const request = await readRequest(new URL(away.headers.get('location') ?? ''), parley.issuer);
    const { url: landed } = await comeBackAs(visitor, { request, signer, claims: { sub: dana.sub } });
    expect(landed.searchParams.get('code')).toBeTruthy();
  });

  test('or cancel, which the client is told', async () => {
    const visitor = new Visitor();
    const { response } = await cancelled(visitor);
    const { action, fields } = readForm(await response.text());
    const { url } = await visitor.follow(
      await visitor.post(new URL(action, parley.issuer), { csrf: fields['csrf'] ?? '' }),
      parley.issuer,
    );
    expect(url.searchParams.get('error')).toBe('access_denied');
  });

  test('a way that the brand does not have is not found', async () => {
    const visitor = new Visitor();
    const { url } = await cancelled(visitor);
    const response = await visitor.get(new URL(url.pathname.replace(/ways$/, 'with/upstream'), url));
    expect(response.status).toBe(404);
  });
});
