import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** OpenID Connect Core 3.3, `code id_token`. */

let parley: RunningParley;
let web: Client;
let telling: Client;
let visitor: Visitor;

beforeAll(async () => {
  const told = {
    id: 'telling',
    secret: secrets.web,
    flows: ['hybrid', 'pkce'],
    id_token_claims: true,
    first_party: true,
  };
  const clients = [...testClients(), { ...told, redirect_uris: ['https://telling.acme.example/callback'] }];
  parley = await startParley({ brands: [testBrand({ clients })] });
  const { issuer } = parley;
  web = webClient({ issuer });
  telling = { ...web, clientId: 'telling', redirectUri: 'https://telling.acme.example/callback' };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

const hybrid = (client: Client, parameters: Record<string, string> = {}) =>
  authorizationUrl(client, {
    response_type: 'code id_token',
    nonce: 'n-7',
    scope: 'openid email billing',
    ...parameters,
  });

/** OpenID Connect Core 3.3.2.11. */
const halfHash = (code: string) =>
  createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url');

test('the hybrid flow answers in the fragment with a code and an ID token that is bound to it', async () => {
  const url = hybrid(web, { prompt: 'none', state: 's' });
  const location = new URL((await visitor.get(url)).headers.get('location') ?? '');
  const answer = answerOf(location);
  expect(location.search).toBe('');
  expect([...answer.keys()].toSorted()).toEqual(['code', 'id_token', 'state']);
  expect(claimsOf(answer.get('id_token') ?? '')).toMatchObject({
    iss: parley.issuer,
    aud: 'web',
    sub: dana.sub,
    nonce: 'n-7',
    c_hash: halfHash(answer.get('code') ?? ''),
  });
});

test('the front-channel ID token says nothing about the account unless the client is set to it', async () => {
  const answer = await authorizeSilently(visitor, hybrid(web));
  const claims = claimsOf(answer.get('id_token') ?? '');
  for (const name of ['email', 'billing', 'account_number', 'given_name'])
    expect(claims).not.toHaveProperty(name);

  const { challenge } = createPkce();
  const told = await authorizeSilently(visitor, hybrid(telling, challenge));
  expect(claimsOf(told.get('id_token') ?? '')).toMatchObject({ email: 'dana@example.com' });
});

test('the code is redeemed as in the code flow, and userinfo has the claims', async () => {
  const answer = await authorizeSilently(visitor, hybrid(web));
  const { status, body } = await exchange(web, answer.get('code') ?? '');
  expect(status).toBe(200);
  expect(claimsOf(body.id_token)).toMatchObject({ sub: dana.sub, nonce: 'n-7' });
  const userinfo = await fetch(`${parley.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${body.access_token}` },
  });
  expect(await userinfo.json()).toMatchObject({
    sub: dana.sub,
    email: 'dana@example.com',
    billing: { balance: 84.2 },
  });
});

test.each<[string, Record<string, string>]>([
  ['without a nonce', { nonce: '' }],
  ['in the query', { response_mode: 'query' }],
  ['with a token in the front channel', { response_type: 'code id_token token' }],
  ['with a code and a token', { response_type: 'code token' }],
])('the hybrid flow is refused %s', async (_name, parameters) => {
  const answer = await authorizeSilently(visitor, hybrid(web, parameters));
  expect(answer.get('error')).toMatch(/^(invalid_request|unsupported_response_type)$/);
  expect(answer.get('code')).toBeNull();
  expect(answer.get('id_token')).toBeNull();
});

test('a client whose flows are hybrid and pkce needs a challenge here too', async () => {
  const answer = await authorizeSilently(visitor, hybrid(telling));
  expect(answer.get('error')).toBe('invalid_request');
  expect(answer.get('code')).toBeNull();
});
