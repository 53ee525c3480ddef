import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answerOf, authorizationUrl, type Client, exchange, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 20: what a client may do is decided by its registration, at the end of a sign-in as at its begin. */

const callback = 'https://plain.acme.example/callback';
let parley: RunningParley;
let plain: Client;

const clientsWith = (flows: readonly string[], more: object = {}) => [
  ...testClients(),
  {
    id: 'plain',
    secret: secrets.web,
    flows,
    redirect_uris: [callback, 'https://plain.acme.example/other'],
    first_party: true,
    ...more,
  },
];

beforeAll(async () => {
  parley = await startParley({ brands: [testBrand({ clients: clientsWith(['code', 'pkce']) })] });
  plain = { issuer: parley.issuer, clientId: 'plain', secret: secrets.web, redirectUri: callback };
});
afterAll(() => parley.stop());

test.each([
  ['an ID token in the front channel', { response_type: 'id_token', nonce: 'n' }],
  ['the hybrid flow', { response_type: 'code id_token', nonce: 'n' }],
  ['an access token in the front channel', { response_type: 'token' }],
  ['a scope for refresh tokens', { scope: 'openid offline_access', prompt: 'consent' }],
])('20 %s is refused to a client without it', async (_what, parameters) => {
  const visitor = new Visitor();
  const landed = await signIn(visitor, authorizationUrl(plain, parameters), dana);
  const answer = answerOf(landed);
  expect([answer.get('id_token'), answer.get('access_token')]).toEqual([null, null]);
  const code = answer.get('code');
  if (code) expect((await exchange(plain, code)).body.refresh_token).toBeUndefined();
  else expect(landed.href.includes('error=') || landed.origin === parley.issuer).toBe(true);
});

/** The sign-in up to its last step, which is an address that the browser keeps. */
async function untilResume(parameters: Record<string, string> = {}, client = plain) {
  const visitor = new Visitor();
  const page = await visitor.follow(await visitor.get(authorizationUrl(client, parameters)), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
  const submitted = await visitor.post(new URL(action, parley.issuer), form);
  return { visitor, resume: new URL(submitted.headers.get('location') ?? '', parley.issuer) };
}

describe('20 the last step of a sign-in', () => {
  test.each([
    ['another flow', { response_type: 'id_token', nonce: 'n' }],
    ['another response mode', { response_mode: 'fragment' }],
    ['another redirect URI', { redirect_uri: 'https://plain.acme.example/other' }],
    ['another client', { client_id: 'web', redirect_uri: 'https://shop.acme.example/callback' }],
    ['more scopes', { scope: 'openid billing offline_access' }],
    ['no challenge', { code_challenge: '', code_challenge_method: '' }],
    ['a request object', { request: 'e30.e30.' }],
  ])('does not listen to %s in its address', async (_what, parameters) => {
    const { visitor, resume } = await untilResume({ state: 'kept' });
    for (const [name, value] of Object.entries(parameters)) resume.searchParams.set(name, value);
    const response = await visitor.get(resume);
    const location = new URL(response.headers.get('location') ?? 'none:');
    expect(`${location.origin}${location.pathname}`).toBe(callback);
    expect(location.hash).toBe('');
    expect([...location.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state']);
    const { body } = await exchange(plain, location.searchParams.get('code') ?? '');
    expect(body['scope']).toBe('openid');
    expect(body.refresh_token).toBeUndefined();
  });

  test("does not take another request's state for its own", async () => {
    const { visitor, resume } = await untilResume();
    const other = await untilResume({ response_type: 'code id_token', nonce: 'n' }, webClient(parley));
    for (const name of [...other.visitor.cookies.keys()].filter((key) => /_resume/.test(key))) {
      const planted = other.visitor.cookies.get(name);
      if (planted) visitor.cookies.set(name, { ...planted, path: '/' });
    }
    const answer = await visitor.get(resume);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
  });
});

describe('20 what the brand takes away while a consumer signs in', () => {
  const answerAfter = async (client: object[]) => {
    await parley.writeBrand(testBrand({ clients: clientsWith(['code', 'pkce', 'implicit', 'hybrid']) }));
    await parley.reload();
    const { visitor, resume } = await untilResume({ response_type: 'code id_token', nonce: 'n' });
    await parley.writeBrand(testBrand({ clients: client }));
    await parley.reload();
    return visitor.get(resume);
  };

  test('a flow: no ID token comes by it any more', async () => {
    const response = await answerAfter(clientsWith(['code', 'pkce']));
    expect(response.headers.get('location') ?? '').not.toMatch(/id_token=|code=/);
  });

  test('a redirect URI: no answer goes there any more', async () => {
    const gone = { redirect_uris: ['https://plain.acme.example/other'] };
    const response = await answerAfter(clientsWith(['code', 'pkce', 'implicit', 'hybrid'], gone));
    expect(response.headers.get('location') ?? '').not.toContain(callback);
  });
});
