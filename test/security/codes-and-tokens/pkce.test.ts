import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';
import { Visitor } from '../../support/visitor.ts';

/** docs/security.md 16: an authorization code that is bound to a challenge is worth nothing without its verifier. */

const app = { id: 'app', redirect_uris: ['https://app.acme.example/callback'], first_party: true };
const clients = [
  ...testClients(),
  { ...app, id: 'pkce-only', secret: secrets.web, flows: ['pkce'] },
  { ...app, id: 'spa', token_endpoint_auth_method: 'none' },
];

let parley: RunningParley;
let web: Client;
let pkceOnly: Client;
let spa: Client;
let visitor: Visitor;

beforeAll(async () => {
  parley = await startParley({ brands: [testBrand({ clients })] });
  const { issuer } = parley;
  web = webClient({ issuer });
  pkceOnly = { ...web, clientId: 'pkce-only', redirectUri: 'https://app.acme.example/callback' };
  spa = { issuer, clientId: 'spa', redirectUri: 'https://app.acme.example/callback' };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

const authorize = (client: Client, parameters: Record<string, string> = {}) =>
  authorizeSilently(visitor, authorizationUrl(client, parameters));

async function codeFor(client: Client, parameters: Record<string, string> = {}): Promise<string> {
  const code = (await authorize(client, parameters)).get('code');
  if (!code) throw new Error('no authorization code');
  return code;
}

describe('16 a code that was asked for with a challenge', () => {
  test('is redeemed with its verifier', async () => {
    const { verifier, challenge } = createPkce();
    const { status, body } = await exchange(web, await codeFor(web, challenge), { code_verifier: verifier });
    expect(status).toBe(200);
    expect(body.id_token).toBeTruthy();
  });

  test.each([
    ['without a verifier', {}],
    ['with another verifier', { code_verifier: createPkce().verifier }],
    ['with the challenge in place of the verifier', 'challenge'],
  ] as const)('is refused %s', async (_name, attempt) => {
    const { challenge } = createPkce();
    const code = await codeFor(web, challenge);
    const sent = attempt === 'challenge' ? { code_verifier: challenge.code_challenge } : attempt;
    const { status, body } = await exchange(web, code, sent);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect(body.access_token).toBeUndefined();
    expect(body.id_token).toBeUndefined();
  });

  test('is not spent by a wrong verifier', async () => {
    const { verifier, challenge } = createPkce();
    const code = await codeFor(web, challenge);
    await exchange(web, code, { code_verifier: createPkce().verifier });
    expect((await exchange(web, code, { code_verifier: verifier })).status).toBe(200);
  });
});

test('16 a verifier for a code without a challenge is refused', async () => {
  const { body } = await exchange(web, await codeFor(web), { code_verifier: createPkce().verifier });
  expect(body.error).toBe('invalid_grant');
  expect(body.id_token).toBeUndefined();
});

describe('16 the authorization endpoint refuses', () => {
  const { verifier, challenge } = createPkce();
  test.each<[string, Record<string, string>]>([
    ['the method plain', { code_challenge: verifier, code_challenge_method: 'plain' }],
    ['a challenge without a method, which would mean plain', { code_challenge: challenge.code_challenge }],
    ['a method in other letters', { ...challenge, code_challenge_method: 's256' }],
    ['a method without a challenge', { code_challenge_method: 'S256' }],
    ['a challenge too short to be one', { ...challenge, code_challenge: 'short' }],
  ])('%s', async (_name, parameters) => {
    const answer = await authorize(web, parameters);
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('code')).toBeNull();
  });
});

describe('16 a challenge is compulsory', () => {
  test.each(['pkce-only', 'spa'])('for the client %s', async (id) => {
    const client = id === 'spa' ? spa : pkceOnly;
    const refused = await authorize(client);
    expect(refused.get('error')).toBe('invalid_request');
    expect(refused.get('code')).toBeNull();

    const { verifier, challenge } = createPkce();
    const code = await codeFor(client, challenge);
    const form = { code_verifier: verifier, client_id: id };
    expect((await exchange(client, code, form)).status).toBe(200);
  });
});

test('a client with a secret cannot pass as a public one by leaving the secret out', async () => {
  const { verifier, challenge } = createPkce();
  const code = await codeFor(pkceOnly, challenge);
  const { secret: _left, ...withoutSecret } = pkceOnly;
  const { status, body } = await exchange(withoutSecret, code, {
    code_verifier: verifier,
    client_id: 'pkce-only',
  });
  expect([status, body.error]).toEqual([401, 'invalid_client']);
});
