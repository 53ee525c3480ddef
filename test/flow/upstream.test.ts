import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, authorizeSilently, claimsOf, exchange } from '../support/relying-party.ts';
import type { RunningParley } from '../support/start-parley.ts';
import { dana, sam } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { startPair, upstreamSecret } from '../support/upstream-pair.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';

/** A second Parley is the upstream OpenID Provider: over HTTP, with keys, pages and sessions of its own. */

/** Goes wherever it is sent, between the two, until a relying party or a page is reached. */
async function travel(
  visitor: Visitor,
  first: Response,
  origins: readonly string[],
): Promise<{ response: Response; url: URL }> {
  let response = first;
  let url = new URL(first.url);
  for (let step = 0; step < 30; step += 1) {
    const location =
      response.headers.get('location') ?? response.headers.get('refresh')?.slice('0; url='.length);
    if (!location) return { response, url };
    url = new URL(location, url);
    if (!origins.includes(url.origin)) return { response, url };
    response = await visitor.get(url);
  }
  throw new Error('redirected too often');
}

describe('a sign-in at the upstream', () => {
  let parley: RunningParley;
  let provider: RunningParley;
  let startUpstream: () => Promise<RunningParley>;
  beforeAll(async () => {
    ({ parley, provider, startUpstream } = await startPair());
  });
  afterAll(() => Promise.all([parley.stop(), provider.stop()]));

  const web = () => webClient(parley);
  const origins = () => [parley.issuer, provider.issuer];

  /** Begins here, signs in at the upstream where its page comes, and goes on to where it ends. */
  async function signInUpstream(
    visitor: Visitor,
    consumer = dana,
    parameters: Record<string, string> = {},
  ): Promise<URL> {
    const url = authorizationUrl(web(), { scope: 'openid profile account', ...parameters });
    const { response, url: page } = await travel(visitor, await visitor.get(url), origins());
    if (page.origin !== provider.issuer) return page;
    const { action, fields } = readForm(await response.text());
    const { login, password } = consumer;
    const form = { csrf: fields['csrf'] ?? '', login, password };
    const submitted = await visitor.post(new URL(action, page), form);
    return (await travel(visitor, submitted, origins())).url;
  }

  async function idTokenOf(landed: URL): Promise<Record<string, unknown>> {
    const { body } = await exchange(web(), landed.searchParams.get('code') ?? '');
    return claimsOf(body.id_token);
  }

  async function signedInAs(visitor: Visitor): Promise<unknown> {
    const answer = await authorizeSilently(visitor, authorizationUrl(web()));
    const code = answer.get('code');
    return code === null ? answer.get('error') : claimsOf((await exchange(web(), code)).body.id_token)['sub'];
  }

  test('the consumer signs in there, and is known here by the claims of both of its answers', async () => {
    const visitor = new Visitor();
    const landed = await signInUpstream(visitor);
    const { body } = await exchange(web(), landed.searchParams.get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: parley.issuer,
      sub: dana.sub,
      acr: 'urn:parley:acr:password',
      amr: ['pwd'],
      auth_time: expect.any(Number),
    });
    const told = await fetch(`${parley.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(await told.json()).toMatchObject({ given_name: 'Dana', customer: '4711-0815' });
    expect(await signedInAs(visitor)).toBe(dana.sub);
  });

  test('auth_time is when the consumer signed in there, however often the browser comes back', async () => {
    const visitor = new Visitor();
    const first = await idTokenOf(await signInUpstream(visitor));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const session = [...visitor.cookies.keys()].filter((name) => name.startsWith('parley_acme_session'));
    for (const name of session) visitor.cookies.delete(name);
    const second = await idTokenOf(await signInUpstream(visitor));
    expect(second['auth_time']).toBe(first['auth_time']);
    expect(Number(second['iat'])).toBeGreaterThan(Number(first['iat']));
  });

  test('37 another consumer at the same browser: nothing of the former is left', async () => {
    const visitor = new Visitor();
    await signInUpstream(visitor);
    const pending = (await authorizeSilently(visitor, authorizationUrl(web()))).get('code') ?? '';
    await signInUpstream(visitor, sam, { prompt: 'login' });
    expect(await signedInAs(visitor)).toBe(sam.sub);
    expect((await exchange(web(), pending)).body.error).toBe('invalid_grant');
  });

  test('38 a sign-in anew that is cancelled there is access_denied here, and changes nothing', async () => {
    const visitor = new Visitor();
    await signInUpstream(visitor);
    const url = authorizationUrl(web(), { prompt: 'login', state: 's-1' });
    const { response, url: page } = await travel(visitor, await visitor.get(url), origins());
    expect(page.origin).toBe(provider.issuer);
    const html = await response.text();
    const [, cancel = ''] = /action="([^"]+\/cancel)"/.exec(html) ?? [];
    const submitted = await visitor.post(new URL(cancel, page), {
      csrf: readForm(html).fields['csrf'] ?? '',
    });
    const { url: landed } = await travel(visitor, submitted, origins());
    expect(Object.fromEntries(landed.searchParams)).toMatchObject({ error: 'access_denied', state: 's-1' });
    expect(await signedInAs(visitor)).toBe(dana.sub);
  });

  /** Signs in at the upstream and stops at the address that it sends the browser back to. */
  async function stopAtReturn(visitor: Visitor): Promise<URL> {
    const start = await visitor.get(authorizationUrl(web()));
    const { response, url: page } = await travel(visitor, start, origins());
    const { action, fields } = readForm(await response.text());
    const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
    const submitted = await visitor.post(new URL(action, page), form);
    const { url } = await travel(visitor, submitted, [provider.issuer]);
    expect(url.href).toContain(`${parley.issuer}/login/upstream?`);
    return url;
  }

  const travelTo = async (visitor: Visitor, url: URL | string) =>
    travel(visitor, await visitor.get(url), [parley.issuer]);

  test('57 an answer that is opened in another browser signs nobody in', async () => {
    const [attacker, victim] = [new Visitor(), new Visitor()];
    const answer = await stopAtReturn(attacker);
    await signInUpstream(victim, sam);
    expect((await travelTo(victim, answer)).response.status).toBe(400);
    expect(await signedInAs(victim)).toBe(sam.sub);
    expect((await travelTo(attacker, answer)).url.searchParams.get('code')).toBeTruthy();
  });

  test('an answer counts once', async () => {
    const visitor = new Visitor();
    const answer = await stopAtReturn(visitor);
    const all = await Promise.all([1, 2, 3].map(async () => travelTo(visitor.clone(), answer)));
    expect(all.filter(({ url }) => url.origin !== parley.issuer)).toHaveLength(1);
  });

  test.each([
    ['without iss', (answer: URL) => answer.searchParams.delete('iss')],
    [
      'with the iss of somebody else',
      (answer: URL) => answer.searchParams.set('iss', 'https://evil.example'),
    ],
    [
      'with another state',
      (answer: URL) =>
        answer.searchParams.set('state', `${answer.searchParams.get('state')?.split('.')[0]}.guessed`),
    ],
    ['with another code', (answer: URL) => answer.searchParams.set('code', 'guessed')],
  ])('an answer %s signs nobody in (RFC 9207, RFC 6749 10.12)', async (_name, spoil) => {
    const visitor = new Visitor();
    const answer = await stopAtReturn(visitor);
    spoil(answer);
    const { url, response } = await travelTo(visitor, answer);
    expect(url.pathname).toMatch(/\/ways$/);
    expect(await response.text()).toContain('That did not work');
    expect(await signedInAs(visitor)).toBe('login_required');
  });

  test.each([
    ['POST', { method: 'POST' }, 405],
    ['nothing', {}, 400],
  ])('the return address answers %s in words', async (_name, init, status) => {
    const response = await fetch(`${parley.issuer}/login/upstream`, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain('mention the reference');
  });

  test('41 the log has no code, no token and no secret of the upstream', async () => {
    const lines = JSON.stringify(parley.log);
    expect(lines).not.toContain(upstreamSecret);
    expect(withoutIds(lines)).not.toContain('eyJ');
    expect(lines).not.toMatch(/code=[\w-]{20}/);
  });

  test('an upstream that is down is a calm page with a way to try again, which then works', async () => {
    const visitor = new Visitor();
    await signInUpstream(visitor);
    const { port, folder } = provider;
    await provider.stop({ keepFolder: true });
    const answer = new URL(`${parley.issuer}/login/upstream`);
    const other = new Visitor();
    const start = await other.get(authorizationUrl(web()));
    const away = await travel(other, start, [parley.issuer]);
    answer.search = new URLSearchParams({
      code: 'any',
      state: away.url.searchParams.get('state') ?? '',
      iss: provider.issuer,
    }).toString();
    const { response, url } = await travelTo(other, answer);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    const html = await response.text();
    expect(html).toContain('cannot be reached at the moment');
    expect(port).toBeGreaterThan(0);
    expect(folder).toBeTruthy();
    provider = await startUpstream();
    const [, again = ''] = /href="([^"]+\/with\/upstream)"/.exec(html) ?? [];
    const { url: page } = await travel(other, await other.get(new URL(again, url)), origins());
    expect(page.origin).toBe(provider.issuer);
  });
});

describe('accounts of another directory', () => {
  let parley: RunningParley;
  let provider: RunningParley;
  beforeAll(async () => {
    ({ parley, provider } = await startPair({
      upstreamWay: { account: 'shop_id', scopes: ['openid', 'shop'] },
      upstream: () => ({ claims: { shop_id: 'id' }, scopes: { shop: ['shop_id'] } }),
      brand: {
        accounts: { file: { path: 'config/accounts.yaml' } },
        claims: { account_number: 'account.number' },
        scopes: { account: ['account_number'], billing: [] },
      },
    }));
  });
  afterAll(() => Promise.all([parley.stop(), provider.stop()]));

  test('are found by the claim that the brand says, and tell their own claims', async () => {
    const visitor = new Visitor();
    const url = authorizationUrl(webClient(parley), { scope: 'openid account' });
    const page = await travel(visitor, await visitor.get(url), [parley.issuer, provider.issuer]);
    const { action, fields } = readForm(await page.response.text());
    const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
    const submitted = await visitor.post(new URL(action, page.url), form);
    const { url: landed } = await travel(visitor, submitted, [parley.issuer, provider.issuer]);
    const { body } = await exchange(webClient(parley), landed.searchParams.get('code') ?? '');
    const told = await fetch(`${parley.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(await told.json()).toMatchObject({ sub: dana.sub, account_number: '4711-0815' });
  });
});

test('Parley proves itself with its own keys where it has no secret', async () => {
  const { parley, provider } = await startPair({
    upstreamWay: { client_secret: undefined },
    upstream: (client, jwks) => ({
      clients: [{ ...client, secret: undefined, token_endpoint_auth_method: 'private_key_jwt', jwks }],
    }),
  });
  try {
    const visitor = new Visitor();
    const origins = [parley.issuer, provider.issuer];
    const page = await travel(visitor, await visitor.get(authorizationUrl(webClient(parley))), origins);
    const { action, fields } = readForm(await page.response.text());
    const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
    const submitted = await visitor.post(new URL(action, page.url), form);
    const { url } = await travel(visitor, submitted, origins);
    expect(url.searchParams.get('code')).toBeTruthy();
  } finally {
    await Promise.all([parley.stop(), provider.stop()]);
  }
});
