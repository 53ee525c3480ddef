import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  postAsClient,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { readForm, Visitor } from '../support/visitor.ts';

/** A client that is not the brand's own asks its consumer; docs/security.md 34, 35. */

let parley: RunningParley;
let web: Client;

beforeAll(async () => {
  // One more stranger for each test, so that nobody's memory reaches another test.
  const strangers = Array.from({ length: 20 }, (_, n) => ({
    id: `stranger-${n}`,
    name: 'A <Stranger>',
    secret: secrets.stranger,
    redirect_uris: [`https://stranger-${n}.example/callback`],
  }));
  parley = await startParley({ brands: [testBrand({ clients: [...testClients(), ...strangers] })] });
  web = webClient(parley);
});
afterAll(() => parley.stop());

let next = 0;
function newStranger(): Client {
  const clientId = `stranger-${next}`;
  next += 1;
  return { ...web, clientId, secret: secrets.stranger, redirectUri: `https://${clientId}.example/callback` };
}

async function signedIn(who = dana): Promise<Visitor> {
  const visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), who);
  return visitor;
}

interface Page {
  html: string;
  response: Response;
  action: URL;
  csrf: string;
}

async function open(visitor: Visitor, url: URL): Promise<Page> {
  const { response } = await visitor.follow(await visitor.get(url), parley.issuer);
  const html = await response.text();
  const { action, fields } = readForm(html);
  return { html, response, action: new URL(action || '/none', parley.issuer), csrf: fields['csrf'] ?? '' };
}

async function decide(
  visitor: Visitor,
  { action, csrf }: Page,
  decision: 'allow' | 'deny',
): Promise<URLSearchParams> {
  const submitted = await visitor.post(action, { csrf, decision }, { origin: parley.issuer });
  return answerOf((await visitor.follow(submitted, parley.issuer)).url);
}

describe('a client that is not the brand’s own', () => {
  test('is named on a page that says what it asks for, before it gets anything', async () => {
    const visitor = await signedIn();
    const { html, response } = await open(
      visitor,
      authorizationUrl(newStranger(), { scope: 'openid email billing' }),
    );
    expect(response.status).toBe(200);
    expect(html).toContain('A &lt;Stranger&gt;');
    expect(html).not.toContain('A <Stranger>');
    expect(html).toContain('email');
    expect(html).toContain('billing');
    expect(html).not.toContain('account_number');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('gets a code once it is allowed', async () => {
    const visitor = await signedIn();
    const stranger = newStranger();
    const page = await open(visitor, authorizationUrl(stranger, { scope: 'openid email', state: 'kept' }));
    const answer = await decide(visitor, page, 'allow');
    expect(answer.get('state')).toBe('kept');
    expect(answer.get('iss')).toBe(parley.issuer);
    const { body } = await exchange(stranger, answer.get('code') ?? '');
    expect(claimsOf(body.id_token)['sub']).toBe(dana.sub);
  });

  test('gets access_denied when it is not', async () => {
    const visitor = await signedIn();
    const stranger = newStranger();
    const answer = await decide(
      visitor,
      await open(visitor, authorizationUrl(stranger, { state: 's' })),
      'deny',
    );
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'access_denied',
      state: 's',
      iss: parley.issuer,
    });
    expect(answer.get('code')).toBeNull();
    const silent = await authorizeSilently(visitor, authorizationUrl(stranger));
    expect(silent.get('error')).toBe('consent_required');
  });

  test('is remembered for this consumer: no page, and prompt=none, afterwards', async () => {
    const visitor = await signedIn();
    const stranger = newStranger();
    const url = () => authorizationUrl(stranger, { scope: 'openid email' });
    expect((await authorizeSilently(visitor, url())).get('error')).toBe('consent_required');
    await decide(visitor, await open(visitor, url()), 'allow');

    const landed = await visitor.follow(await visitor.get(url()), parley.issuer);
    expect(answerOf(landed.url).get('code')).toBeTruthy();
    expect((await authorizeSilently(visitor, url())).get('code')).toBeTruthy();
    // On another device too, but for nobody else.
    expect((await authorizeSilently(await signedIn(), url())).get('code')).toBeTruthy();
    expect((await authorizeSilently(await signedIn(sam), url())).get('error')).toBe('consent_required');
  });

  test('asks again for a scope or a claim that is new, and names only that', async () => {
    const visitor = await signedIn();
    const stranger = newStranger();
    await decide(
      visitor,
      await open(visitor, authorizationUrl(stranger, { scope: 'openid email' })),
      'allow',
    );

    const more = () => authorizationUrl(stranger, { scope: 'openid email billing' });
    expect((await authorizeSilently(visitor, more())).get('error')).toBe('consent_required');
    const page = await open(visitor, more());
    expect(page.html).toContain('billing');
    expect((await decide(visitor, page, 'allow')).get('code')).toBeTruthy();
    expect((await authorizeSilently(visitor, more())).get('code')).toBeTruthy();

    const claims = JSON.stringify({ userinfo: { account_number: null } });
    const single = authorizationUrl(stranger, { scope: 'openid email', claims });
    expect((await authorizeSilently(visitor, single)).get('error')).toBe('consent_required');
  });

  test('asks anew with prompt=consent', async () => {
    const visitor = await signedIn();
    const stranger = newStranger();
    await decide(visitor, await open(visitor, authorizationUrl(stranger)), 'allow');
    const page = await open(visitor, authorizationUrl(stranger, { prompt: 'consent' }));
    expect(page.html).toContain('name="decision"');
  });

  test.each([
    ['the time of the sign-in', { id_token: { auth_time: { essential: true } } }],
    ['the subject', { id_token: { sub: null } }],
  ])('is allowed once although it asks for %s, which consent never holds', async (_name, claims) => {
    const visitor = await signedIn();
    const url = authorizationUrl(newStranger(), { claims: JSON.stringify(claims) });
    const answer = await decide(visitor, await open(visitor, url), 'allow');
    expect(answer.get('code')).toBeTruthy();
    expect((await authorizeSilently(visitor, url)).get('code')).toBeTruthy();
  });

  test('keeps what it got with offline_access after the consumer has signed out, narrowed tokens included', async () => {
    const visitor = await signedIn();
    const offline: Client = {
      ...newStranger(),
      clientId: 'stranger',
      redirectUri: 'https://stranger.example/callback',
    };
    const url = authorizationUrl(offline, { scope: 'openid email offline_access', prompt: 'consent' });
    const answer = await decide(visitor, await open(visitor, url), 'allow');
    const { body } = await exchange(offline, answer.get('code') ?? '');

    const { action, fields } = readForm(await (await visitor.get(`${parley.issuer}/session/end`)).text());
    await visitor.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });

    const renewed = await postAsClient(offline, '/token', {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
      scope: 'openid',
    });
    expect(renewed.status).toBe(200);
    expect(await userinfoStatus(offline, renewed.body.access_token)).toBe(200);
  });

  test('is not offered offline_access when it gets no refresh tokens', async () => {
    const visitor = await signedIn();
    const url = authorizationUrl(newStranger(), { scope: 'openid offline_access', prompt: 'consent' });
    const { html } = await open(visitor, url);
    expect(html).not.toContain('offline_access');
  });
});

test('a client of the brand is not asked for', async () => {
  const landed = await signIn(new Visitor(), authorizationUrl(web, { scope: 'openid email billing' }), dana);
  expect(answerOf(landed).get('code')).toBeTruthy();
});

describe('34 a forged decision', () => {
  test.each<[string, (page: Page) => { form: Record<string, string>; headers?: Record<string, string> }]>([
    ['without the hidden field', () => ({ form: { decision: 'allow' } })],
    ['with a wrong hidden field', () => ({ form: { decision: 'allow', csrf: 'guessed' } })],
    [
      'from another origin',
      ({ csrf }) => ({ form: { decision: 'allow', csrf }, headers: { origin: 'https://evil.example' } }),
    ],
    [
      'from an opaque origin',
      ({ csrf }) => ({ form: { decision: 'allow', csrf }, headers: { origin: 'null' } }),
    ],
  ])('%s is refused, and allows nothing', async (_name, forge) => {
    const visitor = await signedIn();
    const stranger = newStranger();
    const page = await open(visitor, authorizationUrl(stranger));
    const { form, headers } = forge(page);
    const response = await visitor.post(page.action, form, headers);
    expect(response.status).toBe(403);
    expect(response.headers.get('location')).toBeNull();
    expect((await authorizeSilently(visitor, authorizationUrl(stranger))).get('error')).toBe(
      'consent_required',
    );
  });

  test("35 with another browser's cookies finds nothing", async () => {
    const stranger = newStranger();
    const page = await open(await signedIn(), authorizationUrl(stranger));
    const attacker = await signedIn(sam);
    for (const visitor of [attacker, new Visitor()]) {
      const response = await visitor.post(page.action, { csrf: page.csrf, decision: 'allow' });
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect((await visitor.get(page.action)).status).toBe(400);
    }
  });

  test("35 with one's own field in another's page is refused", async () => {
    const stranger = newStranger();
    const victim = await signedIn();
    const mine = await open(await signedIn(sam), authorizationUrl(stranger));
    const page = await open(victim, authorizationUrl(stranger));
    const response = await victim.post(page.action, { csrf: mine.csrf, decision: 'allow' });
    expect(response.status).toBe(403);
  });

  test('a decision at the login page does not count', async () => {
    const visitor = new Visitor();
    const page = await open(visitor, authorizationUrl(web));
    const response = await visitor.post(page.action, { csrf: page.csrf, decision: 'allow' });
    expect(response.status).toBe(401);
    expect(response.headers.get('location')).toBeNull();
  });
});

describe('the login page', () => {
  test('has a way out: the client gets access_denied', async () => {
    const visitor = new Visitor();
    const page = await open(visitor, authorizationUrl(web, { state: 's-9' }));
    const submitted = await visitor.post(new URL(`${page.action.href}/cancel`), {
      csrf: page.csrf,
      cancel: 'yes',
    });
    const answer = answerOf((await visitor.follow(submitted, parley.issuer)).url);
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'access_denied',
      state: 's-9',
      iss: parley.issuer,
    });
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['without the hidden field', { csrf: '' }, {}],
    ['from another origin', {}, { origin: 'https://evil.example' }],
  ])('34 does not sign in %s', async (_name, form, headers) => {
    const visitor = new Visitor();
    const { action, csrf } = await open(visitor, authorizationUrl(web));
    const response = await visitor.post(
      action,
      { csrf, login: dana.login, password: dana.password, ...form },
      headers,
    );
    expect(response.status).toBe(403);
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
  });

  test('34 a cancel that the page did not send does not count', async () => {
    const visitor = new Visitor();
    const page = await open(visitor, authorizationUrl(web));
    const forged = await visitor.post(new URL(`${page.action.href}/cancel`), { csrf: 'guessed' });
    expect(forged.status).toBe(403);
    expect((await visitor.get(page.action)).status).toBe(200);
  });
});
