import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { codesAround } from '../support/one-time-code.ts';
import { onEachStore } from '../support/on-each-store.ts';
import {
  authorizationUrl,
  authorizeSilently,
  claimsOf,
  exchange,
  postAsClient,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, tia } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** One-time codes (RFC 6238) after the password, for accounts whose record has a secret. */

const multiFactor = 'urn:parley:acr:multi-factor';

/** The clock of the server, which stands: no test runs into the next time step. No two codes near it are the same. */
const now = Date.now();
const time = [now, now - 300_000].find((at) => new Set(codesAround(at, -3, 3)).size === 7) ?? now - 600_000;
const codeAt = (steps: number) => codesAround(time, steps, steps).join();

function brandWith(totp: object) {
  return testBrand({
    login: [{ password: { totp: { secret: 'account.codes', ...totp } } }],
    claims: { codes: 'account.codes', account_number: 'account.number', everything: '@' },
    scopes: { account: ['codes', 'account_number', 'everything'], billing: [] },
  });
}

/** The form that asks for the code, after the right password. */
async function codePage(parley: RunningParley, visitor: Visitor, parameters: Record<string, string> = {}) {
  const url = authorizationUrl(webClient(parley), { scope: 'openid account', ...parameters });
  const page = await visitor.get(await signIn(visitor, url, tia));
  return readForm(await page.text());
}

onEachStore((store) => {
  let parley: RunningParley;
  beforeAll(async () => {
    const chosen = store();
    parley = await startParley({
      brands: [brandWith({})],
      now: () => time,
      ...(chosen !== undefined && { store: chosen }),
    });
  });
  afterAll(() => parley.stop());
  afterEach(async () => {
    const records = parley.server.sites[0]?.store;
    const step = TOTP.counter({ timestamp: time });
    for (const near of [-1, 0, 1])
      await records?.destroy('ReplayDetection', `totp:${tia.sub}:${step + near}`);
    await records?.forgetAttempts(`second-factor ${tia.sub}`);
  });

  /** Up to the code page; answers how a code is submitted there. */
  async function passwordDone(visitor: Visitor, parameters: Record<string, string> = {}) {
    const { action, fields } = await codePage(parley, visitor, parameters);
    return (code: string) =>
      visitor.post(new URL(action, parley.issuer), { csrf: fields['csrf'] ?? '', code });
  }

  async function idTokenAfter(visitor: Visitor, response: Response): Promise<Record<string, unknown>> {
    const { url } = await visitor.follow(response, parley.issuer);
    return claimsOf((await exchange(webClient(parley), url.searchParams.get('code') ?? '')).body.id_token);
  }

  test('the right code signs in, and the ID token says how; the secret is in no token and no record', async () => {
    const visitor = new Visitor();
    const submit = await passwordDone(visitor);
    const { url } = await visitor.follow(await submit(codeAt(0)), parley.issuer);
    const tokens = await exchange(webClient(parley), url.searchParams.get('code') ?? '');
    expect(claimsOf(tokens.body.id_token)).toMatchObject({
      sub: tia.sub,
      amr: ['pwd', 'otp', 'mfa'],
      acr: multiFactor,
      auth_time: expect.any(Number),
    });
    const userinfo = await fetch(`${parley.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${tokens.body.access_token}` },
    });
    const told = await userinfo.text();
    expect(JSON.parse(told)).toMatchObject({
      account_number: '4711-1033',
      everything: { first_name: 'Tia' },
    });
    expect(told + JSON.stringify(claimsOf(tokens.body.id_token))).not.toContain(tia.codes);
    expect(JSON.parse(told)).not.toHaveProperty('codes');
  });

  test('an account without a secret signs in with its password, and the ID token says so', async () => {
    const visitor = new Visitor();
    const landed = await signIn(visitor, authorizationUrl(webClient(parley)), dana);
    const { body } = await exchange(webClient(parley), landed.searchParams.get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({ amr: ['pwd'], acr: 'urn:parley:acr:password' });
  });

  test('nobody is signed in between the password and the code', async () => {
    const visitor = new Visitor();
    await passwordDone(visitor);
    const silent = await visitor.get(authorizationUrl(webClient(parley), { prompt: 'none' }));
    expect(new URL(silent.headers.get('location') ?? '').searchParams.get('error')).toBe('login_required');
  });

  test.each([
    ['one step early', -1],
    ['one step late', 1],
  ])('a clock that goes %s is right too', async (_name, steps) => {
    const visitor = new Visitor();
    const submit = await passwordDone(visitor);
    expect((await idTokenAfter(visitor, await submit(codeAt(steps))))['sub']).toBe(tia.sub);
  });

  test.each([
    ['two steps old', () => codeAt(-2)],
    ['two steps ahead', () => codeAt(2)],
    ['empty', () => ''],
    ['letters', () => 'abcdef'],
    ['seven digits', () => `${codeAt(0)}0`],
    ['five digits', () => codeAt(0).slice(1)],
    ['long', () => '1'.repeat(4000)],
  ])('a code that is %s is refused on the same page, which says so', async (_name, code) => {
    const visitor = new Visitor();
    const submit = await passwordDone(visitor);
    const response = await submit(code());
    expect(response.status).toBe(401);
    const html = await response.text();
    expect(html).toContain('This code is not right');
    expect(html).toContain('autocomplete="one-time-code"');
    expect((await idTokenAfter(visitor, await submit(codeAt(0))))['sub']).toBe(tia.sub);
  });

  test('blanks and dashes between the digits do not matter', async () => {
    const visitor = new Visitor();
    const submit = await passwordDone(visitor);
    const code = codeAt(0);
    expect((await idTokenAfter(visitor, await submit(` ${code.slice(0, 3)} ${code.slice(3)}`)))['sub']).toBe(
      tia.sub,
    );
  });

  test('a code is used once: another sign-in with it is refused', async () => {
    const code = codeAt(0);
    const [first, second] = [new Visitor(), new Visitor()];
    const [submitFirst, submitSecond] = [await passwordDone(first), await passwordDone(second)];
    expect((await submitFirst(code)).status).toBe(303);
    expect((await submitSecond(code)).status).toBe(401);
    expect((await submitSecond(codeAt(1))).status).toBe(303);
  });

  test('of nine browsers with one code at once exactly one is signed in', async () => {
    const visitors = Array.from({ length: 9 }, () => new Visitor());
    const submits = await Promise.all(visitors.map((visitor) => passwordDone(visitor)));
    const code = codeAt(0);
    const statuses = await Promise.all(submits.map(async (submit) => (await submit(code)).status));
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
  });

  test('42 a hundred wrong codes at once, from many browsers: no more than ten are tried', async () => {
    const visitors = [new Visitor(), new Visitor(), new Visitor(), new Visitor()];
    const submits = await Promise.all(visitors.map((visitor) => passwordDone(visitor)));
    const wrong = codeAt(-3);
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => (await submits[n % 4]?.(wrong))?.status),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(90);
    expect((await submits[0]?.(codeAt(0)))?.status).toBe(429);
  });

  test('36 the password counts in the browser where it was typed, whatever cookies are planted in another', async () => {
    const [visitor, other] = [new Visitor(), new Visitor()];
    await passwordDone(visitor);
    await signIn(other, authorizationUrl(webClient(parley)), { login: 'nobody', password: 'wrong' });
    for (const [name, cookie] of visitor.cookies)
      if (/interaction|resume/.test(name)) other.cookies.set(name, { ...cookie });
    const uid = visitor.cookies.get('parley_acme_interaction')?.value ?? '';
    const html = await (await other.get(`${parley.issuer}/interaction/${uid}`)).text();
    expect(html).toContain('name="password"');
    expect(html).not.toContain('name="code"');
  });

  test('34 a code without the hidden field of the page is refused', async () => {
    const visitor = new Visitor();
    await passwordDone(visitor);
    const uid = visitor.cookies.get('parley_acme_interaction')?.value ?? '';
    const response = await visitor.post(`${parley.issuer}/interaction/${uid}`, { code: codeAt(0) });
    expect(response.status).toBe(403);
  });

  test('38 cancelling at the code page signs nobody in and tells the client', async () => {
    const visitor = new Visitor();
    await passwordDone(visitor);
    const uid = visitor.cookies.get('parley_acme_interaction')?.value ?? '';
    const html = await (await visitor.get(`${parley.issuer}/interaction/${uid}`)).text();
    const csrf = readForm(html).fields['csrf'] ?? '';
    const cancelled = await visitor.post(`${parley.issuer}/interaction/${uid}/cancel`, { csrf });
    const { url } = await visitor.follow(cancelled, parley.issuer);
    expect(url.searchParams.get('error')).toBe('access_denied');
    const silent = await visitor.get(authorizationUrl(webClient(parley), { prompt: 'none' }));
    expect(new URL(silent.headers.get('location') ?? '').searchParams.get('error')).toBe('login_required');
  });

  test('an essential acr that the account cannot reach is an error, not a page without end', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: multiFactor } } });
    const landed = await signIn(new Visitor(), authorizationUrl(webClient(parley), { claims }), dana);
    expect(landed.searchParams.get('error')).toBe('unmet_authentication_requirements');

    const visitor = new Visitor();
    const submit = await passwordDone(visitor, { claims });
    expect((await idTokenAfter(visitor, await submit(codeAt(0))))['acr']).toBe(multiFactor);
  });

  test('what a session knows of its sign-in survives a refresh', async () => {
    const visitor = new Visitor();
    const submit = await passwordDone(visitor);
    const { url } = await visitor.follow(await submit(codeAt(0)), parley.issuer);
    const { body } = await exchange(webClient(parley), url.searchParams.get('code') ?? '');
    const again = await postAsClient(webClient(parley), '/token', {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
    });
    expect(claimsOf(again.body.id_token)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: multiFactor });
  });
});

describe('where a second factor is required', () => {
  let parley: RunningParley;
  beforeAll(async () => {
    parley = await startParley({ brands: [brandWith({ required: true })] });
  });
  afterAll(() => parley.stop());

  test('an account without a secret is told so after its right password, and is not signed in', async () => {
    const visitor = new Visitor();
    const page = await visitor.follow(await visitor.get(authorizationUrl(webClient(parley))), parley.issuer);
    const { action, fields } = readForm(await page.response.text());
    const form = { csrf: fields['csrf'] ?? '', login: dana.login };
    const wrong = await visitor.post(new URL(action, parley.issuer), { ...form, password: 'wrong' });
    expect(wrong.status).toBe(401);
    const right = await visitor.post(new URL(action, parley.issuer), { ...form, password: dana.password });
    expect(right.status).toBe(403);
    expect(await right.text()).toContain('needs a second step');
  });

  test('discovery says what can be reached', async () => {
    const metadata = await (await fetch(`${parley.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ acr_values_supported: ['urn:parley:acr:password', multiFactor] });
  });
});

test('37 a password from before the brand signed the consumer out does not count after it', async () => {
  let seconds = 0;
  const parley = await startParley({ brands: [brandWith({})], now: () => Date.now() + seconds * 1000 });
  try {
    const visitor = new Visitor();
    const { action, fields } = await codePage(parley, visitor);
    await parley.server.sites[0]?.store.setNotBefore(tia.sub, Math.floor(Date.now() / 1000), 60);
    seconds = 2;
    const [code = ''] = codesAround(Date.now(), 0, 0);
    const form = { csrf: fields['csrf'] ?? '', code };
    const { url } = await visitor.follow(
      await visitor.post(new URL(action, parley.issuer), form),
      parley.issuer,
    );
    expect(url.searchParams.get('code')).toBeNull();
    const silent = await authorizeSilently(visitor, authorizationUrl(webClient(parley)));
    expect(silent.get('error')).toBe('login_required');
  } finally {
    await parley.stop();
  }
});
