import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrandStore } from '../../src/store/contract.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
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

/** RFC 6749 section 4.1; docs/security.md 14, 15. Parallel and repeated use: security/codes-and-tokens/exactly-once.test.ts. */

let parley: RunningParley;
let web: Client;
let hasty: Client;
let visitor: Visitor;
let folder: string;
/** Milliseconds by which the clock has been put forward. */
let ahead = 0;

beforeAll(async () => {
  const redirect_uris = ['https://hasty.acme.example/callback'];
  const lifetimes = { authorization_code: 300, access_token: 120 };
  const own = {
    id: 'hasty',
    secret: secrets.web,
    redirect_uris,
    first_party: true,
    refresh_tokens: true,
    lifetimes,
  };
  folder = await mkdtemp(join(tmpdir(), 'parley-code-'));
  const now = () => Date.now() + ahead;
  parley = await startParley({
    brands: [testBrand({ clients: [...testClients(), own] })],
    useStore: createEmbeddedStore({ folder, now }),
    now,
  });
  web = webClient(parley);
  hasty = { ...web, clientId: 'hasty', redirectUri: redirect_uris[0] ?? '' };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterEach(() => {
  ahead = 0;
});
afterAll(async () => {
  await parley.stop();
  await rm(folder, { recursive: true });
});

const codeFor = async (client: Client) =>
  (await authorizeSilently(visitor, authorizationUrl(client))).get('code') ?? '';

test('14 codes and access tokens end with the lifetime that the client has', async () => {
  const code = await codeFor(hasty);
  const { body: tokens } = await exchange(hasty, await codeFor(hasty));
  expect(tokens['expires_in']).toBe(120);
  ahead = 301_000;

  const late = await exchange(hasty, code);
  expect([late.status, late.body.error]).toEqual([400, 'invalid_grant']);
  expect(late.body.access_token).toBeUndefined();
  expect(await userinfoStatus(hasty, tokens.access_token)).toBe(401);
  expect(await isActive(hasty, tokens.access_token)).toBe(false);
  // The refresh token has a lifetime of its own.
  expect((await refresh(hasty, tokens.refresh_token)).status).toBe(200);
});

describe('15 an id of one kind is worth nothing as another', () => {
  test('as an authorization code', async () => {
    const { body } = await exchange(web, await codeFor(web));
    const sessionId = [...visitor.cookies].find(([name]) => name.endsWith('_session'))?.[1].value ?? '';
    const ids = [body.access_token, body.refresh_token, body.id_token, sessionId, dana.sub];
    for (const id of ids) {
      const { status, body: answer } = await exchange(web, id);
      expect([status, answer.error]).toEqual([400, 'invalid_grant']);
    }
    expect(await userinfoStatus(web, body.access_token)).toBe(200);
  });

  test('as a refresh token', async () => {
    const code = await codeFor(web);
    const { body } = await exchange(web, await codeFor(web));
    for (const id of [code, body.access_token, body.id_token]) {
      const { status, body: answer } = await refresh(web, id);
      expect([status, answer.error]).toEqual([400, 'invalid_grant']);
    }
    expect((await exchange(web, code)).status).toBe(200);
  });

  test('as an access token', async () => {
    const code = await codeFor(web);
    const { body } = await exchange(web, await codeFor(web));
    for (const id of [code, body.refresh_token, body.id_token])
      expect(await userinfoStatus(web, id)).toBe(401);
  });

  test('as a pushed request', async () => {
    const code = await codeFor(web);
    const query = new URLSearchParams({
      client_id: 'web',
      request_uri: `urn:ietf:params:oauth:request_uri:${code}`,
    });
    const response = await visitor.get(`${parley.issuer}/auth?${query.toString()}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  test('as an interaction', async () => {
    const code = await codeFor(web);
    const response = await visitor.get(`${parley.issuer}/interaction/${code}`);
    expect(response.status).toBe(400);
    expect((await visitor.get(`${parley.issuer}/auth/${code}`)).headers.get('location')).toBeNull();
  });
});

describe('a request without a scope that the issuer knows (RFC 6749 section 3.3)', () => {
  test.each([undefined, '', 'unknown'])('is refused before anybody signs in: %p', async (scope) => {
    const url = authorizationUrl(web, { scope: scope ?? '', state: 's-1' });
    if (scope === undefined) url.searchParams.delete('scope');
    const answer = await new Visitor().get(url);
    expect(answer.status).toBe(303);
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'invalid_scope',
      error_description: "the parameter 'scope' must name a scope of this issuer",
      state: 's-1',
      iss: parley.issuer,
    });
  });

  test('is refused when it is pushed', async () => {
    const form = { client_id: 'web', response_type: 'code', redirect_uri: web.redirectUri };
    const { status, body } = await postAsClient(web, '/request', form);
    expect([status, body.error]).toEqual([400, 'invalid_scope']);
  });

  test('is answered where one is known among others', async () => {
    const answer = await authorizeSilently(visitor, authorizationUrl(web, { scope: 'unknown email' }));
    expect((await exchange(web, answer.get('code') ?? '')).body).toMatchObject({ scope: 'email' });
  });
});

describe('the token endpoint refuses', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'an unknown grant type',
      { grant_type: 'password', username: 'dana', password: 'x' },
      'unsupported_grant_type',
    ],
    ['client credentials', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['no grant type', {}, 'invalid_request'],
    ['a code without a redirect URI', { grant_type: 'authorization_code', code: 'x' }, 'invalid_request'],
  ])('%s', async (_name, form, error) => {
    const { status, body } = await postAsClient(web, '/token', form);
    expect([status, body.error]).toEqual([400, error]);
    expect(body.access_token).toBeUndefined();
  });

  test('a code whose grant was revoked, though the store still has it and the session goes on', async () => {
    const store = parley.server.sites[0]?.store as BrandStore;
    const code = await codeFor(web);
    const { grantId } = (await store.find('AuthorizationCode', code)) ?? {};
    await store.revokeGrant(String(grantId));
    expect(await store.find('AuthorizationCode', code)).toBeDefined();
    const { status, body } = await exchange(web, code);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect(body.access_token).toBeUndefined();
    expect((await exchange(web, await codeFor(web))).status).toBe(200);
  });

  test('a secret in the URL', async () => {
    const code = await codeFor(web);
    const query = new URLSearchParams({ client_id: 'web', client_secret: secrets.web });
    const response = await fetch(`${parley.issuer}/token?${query.toString()}`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: web.redirectUri }),
    });
    expect(response.status).toBe(400);
  });

  test('GET', async () => {
    const response = await fetch(`${parley.issuer}/token?grant_type=authorization_code&code=x`);
    expect([404, 405]).toContain(response.status);
  });
});

test('an access token in the URL of userinfo does not count (RFC 9700 section 4.3.2)', async () => {
  const { body } = await exchange(web, await codeFor(web));
  const response = await fetch(`${parley.issuer}/userinfo?access_token=${body.access_token}`);
  expect([400, 401]).toContain(response.status);
  expect(await response.text()).not.toContain(dana.sub);
});
