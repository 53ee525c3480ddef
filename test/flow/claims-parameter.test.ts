import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** OpenID Connect Core 5.5, and what a client may have at all. */

let parley: RunningParley;
let web: Client;
let limited: Client;
let visitor: Visitor;
/** Seconds since the epoch. */
let began: number;

beforeAll(async () => {
  const redirect_uris = ['https://limited.acme.example/callback'];
  const clients = [
    ...testClients(),
    {
      id: 'limited',
      secret: secrets.web,
      redirect_uris,
      first_party: true,
      scopes: ['email'],
      refresh_tokens: true,
    },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
  web = webClient(parley);
  limited = { ...web, clientId: 'limited', redirectUri: redirect_uris[0] ?? '' };
  visitor = new Visitor();
  began = Math.floor(Date.now() / 1000);
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

const request = (client: Client, claims: unknown, more: Record<string, string> = {}) =>
  authorizationUrl(client, { claims: JSON.stringify(claims), ...more });

async function tokensFor(client: Client, claims: unknown, more: Record<string, string> = {}) {
  const answer = await authorizeSilently(visitor, request(client, claims, more));
  const { body } = await exchange(client, answer.get('code') ?? '');
  return { body, idToken: claimsOf(body.id_token), userinfo: await userinfo(body.access_token) };
}

async function userinfo(accessToken: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${parley.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return (await response.json()) as Record<string, unknown>;
}

describe('the claims parameter', () => {
  test('puts single claims into the ID token, without their scope', async () => {
    const { idToken, userinfo: info } = await tokensFor(web, {
      id_token: { email: null, plan: { essential: true } },
    });
    expect(idToken).toMatchObject({ email: 'dana@example.com', plan: 'Unlimited M' });
    expect(idToken).not.toHaveProperty('account_number');
    expect(info).toEqual({ sub: dana.sub });
  });

  test('puts single claims into userinfo, and only there', async () => {
    const { idToken, userinfo: info } = await tokensFor(web, { userinfo: { billing: null } });
    expect(info).toEqual({ sub: dana.sub, billing: { balance: 84.2, currency: 'EUR', due: '2026-12-01' } });
    expect(idToken).not.toHaveProperty('billing');
  });

  test('holds for refreshed tokens', async () => {
    const { body } = await tokensFor(web, { id_token: { email: null }, userinfo: { plan: null } });
    const again = await refresh(web, body.refresh_token);
    expect(claimsOf(again.body.id_token)).toMatchObject({ email: 'dana@example.com' });
    expect(await userinfo(again.body.access_token)).toEqual({ sub: dana.sub, plan: 'Unlimited M' });
  });

  test('ignores claims that nobody knows, and names that every object has', async () => {
    const unknown = {
      password_hash: null,
      record: null,
      constructor: null,
      __proto__x: null,
      toString: { value: 1 },
    };
    const { idToken, userinfo: info } = await tokensFor(web, { id_token: unknown, userinfo: unknown });
    for (const name of Object.keys(unknown)) expect(Object.keys(idToken)).not.toContain(name);
    expect(info).toEqual({ sub: dana.sub });
  });

  test('adds auth_time when it is asked for', async () => {
    const { idToken } = await tokensFor(web, { id_token: { auth_time: { essential: true } } });
    expect(Number(idToken['auth_time'])).toBeGreaterThanOrEqual(began);
    expect(Number(idToken['auth_time'])).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test("cannot change the subject: another consumer's is refused", async () => {
    const answer = await authorizeSilently(
      visitor,
      request(web, { id_token: { sub: { value: 'c-sam-9Xw4' } } }),
    );
    expect(answer.get('error')).toBe('login_required');
    expect(answer.get('code')).toBeNull();
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['neither of its members', '{"other":{}}'],
    ['a member that is no object', '{"id_token":"email"}'],
  ])('is refused with %s', async (_name, claims) => {
    const answer = await authorizeSilently(visitor, authorizationUrl(web, { claims }));
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('code')).toBeNull();
  });
});

describe('a client that is limited to some scopes', () => {
  test('gets the claims of those', async () => {
    const { idToken } = await tokensFor(limited, { id_token: { email: null } });
    expect(idToken).toMatchObject({ email: 'dana@example.com' });
  });

  test('cannot have the claims of another scope by naming them', async () => {
    const wanted = { billing: { essential: true }, account_number: null, given_name: null };
    const { idToken, userinfo: info } = await tokensFor(limited, { id_token: wanted, userinfo: wanted });
    for (const name of Object.keys(wanted)) expect(idToken).not.toHaveProperty(name);
    expect(info).toEqual({ sub: dana.sub });
  });

  test('cannot ask for another scope', async () => {
    const answer = await authorizeSilently(
      visitor,
      authorizationUrl(limited, { scope: 'openid email billing' }),
    );
    expect(answer.get('error')).toBe('invalid_scope');
    expect(answer.get('code')).toBeNull();
  });
});
