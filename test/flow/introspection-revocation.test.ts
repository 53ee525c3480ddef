import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  isActive,
  postAsClient,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** RFC 7662, RFC 7009, RFC 6749 section 6; docs/security.md 18. */

let parley: RunningParley;
let web: Client;
let other: Client;
let spa: Client;
let visitor: Visitor;

beforeAll(async () => {
  const redirect_uris = ['https://other.acme.example/callback'];
  const own = {
    id: 'other',
    secret: secrets.stranger,
    redirect_uris,
    first_party: true,
    refresh_tokens: true,
  };
  const app = {
    id: 'spa',
    token_endpoint_auth_method: 'none',
    redirect_uris,
    first_party: true,
    refresh_tokens: true,
  };
  parley = await startParley({ brands: [testBrand({ clients: [...testClients(), own, app] })] });
  const { issuer } = parley;
  web = webClient({ issuer });
  other = { issuer, clientId: 'other', secret: secrets.stranger, redirectUri: redirect_uris[0] ?? '' };
  spa = { issuer, clientId: 'spa', redirectUri: other.redirectUri };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

async function tokensFor(client: Client, scope = 'openid email') {
  const answer = await authorizeSilently(visitor, authorizationUrl(client, { scope }));
  return (await exchange(client, answer.get('code') ?? '')).body;
}
const introspect = async (client: Client, token: string) =>
  (await postAsClient(client, '/token/introspection', { token })).body;
const revoke = (client: Client, token: string, more: Record<string, string> = {}) =>
  postAsClient(client, '/token/revocation', { token, ...more });

describe('introspection', () => {
  test("describes the client's own access and refresh token", async () => {
    const tokens = await tokensFor(web);
    expect(await introspect(web, tokens.access_token)).toMatchObject({
      active: true,
      client_id: 'web',
      sub: dana.sub,
      iss: parley.issuer,
      scope: 'openid email',
      token_type: 'Bearer',
      exp: expect.any(Number),
    });
    expect(await introspect(web, tokens.refresh_token)).toMatchObject({ active: true, client_id: 'web' });
  });

  test("says of another client's token that it is not active, and nothing else", async () => {
    const tokens = await tokensFor(web);
    expect(await introspect(other, tokens.access_token)).toEqual({ active: false });
    expect(await introspect(other, tokens.refresh_token)).toEqual({ active: false });
  });

  test('says the same of an unknown token, of a code and of an ID token', async () => {
    const code = (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '';
    const { id_token } = await tokensFor(web);
    expect(await introspect(web, 'unknown')).toEqual({ active: false });
    expect(await introspect(web, code)).toEqual({ active: false });
    expect(await introspect(web, id_token)).not.toHaveProperty('sub');
    // Asking does not spend the code.
    expect((await exchange(web, code)).status).toBe(200);
  });

  test('is refused without the right secret', async () => {
    const { access_token: token } = await tokensFor(web);
    const wrong = await postAsClient({ ...web, secret: secrets.stranger }, '/token/introspection', { token });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    expect(wrong.body).not.toHaveProperty('active');
  });
});

describe('17 revocation', () => {
  test('of a refresh token ends its whole grant, and no other', async () => {
    const kept = await tokensFor(web);
    const tokens = await tokensFor(web);
    expect((await revoke(web, tokens.refresh_token)).status).toBe(200);
    expect((await refresh(web, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(web, tokens.access_token)).toBe(401);
    expect(await isActive(web, tokens.access_token)).toBe(false);

    expect(await userinfoStatus(web, kept.access_token)).toBe(200);
    expect((await refresh(web, kept.refresh_token)).status).toBe(200);
  });

  test('of an access token ends it', async () => {
    const tokens = await tokensFor(web);
    const { status, headers } = await revoke(web, tokens.access_token);
    expect(status).toBe(200);
    // An answer without content has no type; oidc-client-ts takes text/plain for a failure.
    expect(headers.get('content-type')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await userinfoStatus(web, tokens.access_token)).toBe(401);
  });

  test('with a wrong hint still finds the token (RFC 7009 section 2.1)', async () => {
    const tokens = await tokensFor(web);
    expect((await revoke(web, tokens.refresh_token, { token_type_hint: 'access_token' })).status).toBe(200);
    expect(await isActive(web, tokens.refresh_token)).toBe(false);
  });

  test("of another client's token is refused and does nothing (RFC 7009 section 2.1)", async () => {
    const tokens = await tokensFor(web);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const { status, body, headers } = await revoke(other, token);
      expect([status, body.error]).toEqual([400, 'invalid_request']);
      expect(headers.get('cache-control')).toBe('no-store');
    }
    expect(await userinfoStatus(web, tokens.access_token)).toBe(200);
    expect(await isActive(web, tokens.refresh_token)).toBe(true);
  });

  test('of an unknown token is no error (RFC 7009 section 2.2)', async () => {
    expect((await revoke(web, 'unknown')).status).toBe(200);
  });

  test('is refused without the right secret', async () => {
    const tokens = await tokensFor(web);
    expect((await revoke({ ...web, secret: secrets.stranger }, tokens.refresh_token)).status).toBe(401);
    expect(await isActive(web, tokens.refresh_token)).toBe(true);
  });
});

describe('18 a refresh', () => {
  test('of a client with a secret keeps its refresh token', async () => {
    const tokens = await tokensFor(web);
    const { status, body } = await refresh(web, tokens.refresh_token);
    expect(status).toBe(200);
    expect(body.id_token).toBeTruthy();
    expect(await userinfoStatus(web, body.access_token)).toBe(200);
    expect(body.refresh_token).toBe(tokens.refresh_token);
  });

  test('of a public client rotates it, and a second use of the old one ends the grant (RFC 9700 section 4.14.2)', async () => {
    const { verifier, challenge } = createPkce();
    const code = (await authorizeSilently(visitor, authorizationUrl(spa, challenge))).get('code') ?? '';
    const first = await exchange(spa, code, { client_id: 'spa', code_verifier: verifier });
    const form = { grant_type: 'refresh_token', client_id: 'spa' };
    const second = await postAsClient(spa, '/token', { ...form, refresh_token: first.body.refresh_token });
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);

    const replay = await postAsClient(spa, '/token', { ...form, refresh_token: first.body.refresh_token });
    expect([replay.status, replay.body.error]).toEqual([400, 'invalid_grant']);
    const newest = await postAsClient(spa, '/token', { ...form, refresh_token: second.body.refresh_token });
    expect(newest.body.error).toBe('invalid_grant');
    expect(await userinfoStatus(spa, second.body.access_token)).toBe(401);
  });

  test('may narrow the scope, and the next one may not have more than was first granted', async () => {
    const form = { grant_type: 'refresh_token', scope: 'openid' };
    const tokens = await tokensFor(web);
    const narrow = await postAsClient(web, '/token', { ...form, refresh_token: tokens.refresh_token });
    expect(narrow.body['scope']).toBe('openid');
    const scope = 'openid email billing';
    const wide = await postAsClient(web, '/token', {
      ...form,
      scope,
      refresh_token: narrow.body.refresh_token,
    });
    expect([wide.status, wide.body.error]).toEqual([400, 'invalid_scope']);
    expect(wide.body.access_token).toBeUndefined();
  });

  test("with another client's refresh token is refused and spends nothing", async () => {
    const tokens = await tokensFor(web);
    const { status, body } = await refresh(other, tokens.refresh_token);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect(body.access_token).toBeUndefined();
    expect((await refresh(web, tokens.refresh_token)).status).toBe(200);
  });
});
