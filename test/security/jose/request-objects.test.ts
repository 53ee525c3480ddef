import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JWTPayload } from 'jose';
import {
  type ClientKey,
  createClientKey,
  signWithPublicKey,
  withoutSignature,
} from '../../support/client-key.ts';
import {
  answerOf,
  authorizationUrl,
  type Client,
  claimsOf,
  exchange,
  postAsClient,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';

/** RFC 9101, by value; docs/security.md 23. */

const redirectUri = 'https://signing.acme.example/callback';

let parley: RunningParley;
let signing: Client;
let optional: Client;
let visitor: Visitor;
let key: ClientKey;
let otherKey: ClientKey;

beforeAll(async () => {
  [key, otherKey] = await Promise.all([createClientKey(), createClientKey()]);
  const common = {
    secret: secrets.web,
    redirect_uris: [redirectUri],
    jwks: { keys: [key.jwk] },
    flows: ['code', 'pkce', 'implicit'],
    first_party: true,
  };
  const clients = [
    ...testClients(),
    { ...common, id: 'signing', require_signed_request_objects: true },
    { ...common, id: 'optional' },
    { ...common, id: 'lp-signing', platform: 'liveperson' },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
  signing = { issuer: parley.issuer, clientId: 'signing', secret: secrets.web, redirectUri };
  optional = { ...signing, clientId: 'optional' };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(optional), dana);
});
afterAll(() => parley.stop());

const now = () => Math.floor(Date.now() / 1000);

const requestClaims = (client: Client, more: JWTPayload = {}): JWTPayload => ({
  iss: client.clientId,
  aud: parley.issuer,
  exp: now() + 60,
  client_id: client.clientId,
  redirect_uri: client.redirectUri,
  response_type: 'code',
  scope: 'openid',
  prompt: 'none',
  ...more,
});

/** The parameters that OpenID Connect Core 6.1 wants beside the object, and the object. */
async function send(client: Client, request: string, more: Record<string, string> = {}): Promise<Response> {
  return visitor.get(authorizationUrl(client, { request, ...more }));
}

const answerTo = (response: Response) => answerOf(new URL(response.headers.get('location') ?? 'none:'));

describe('a signed request object', () => {
  test('is answered', async () => {
    const request = await key.sign(requestClaims(signing, { state: 'signed', nonce: 'n-1' }));
    const answer = answerTo(await send(signing, request));
    expect(answer.get('state')).toBe('signed');
    const { body } = await exchange(signing, answer.get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({ aud: 'signing', nonce: 'n-1' });
  });

  test('counts alone: what stands beside it in the URL is ignored', async () => {
    const request = await key.sign(requestClaims(signing, { scope: 'openid' }));
    const answer = answerTo(
      await send(signing, request, { scope: 'openid billing', state: 'unsigned', nonce: 'unsigned' }),
    );
    expect(answer.get('state')).toBeNull();
    const { body } = await exchange(signing, answer.get('code') ?? '');
    expect(body['scope']).toBe('openid');
    expect(claimsOf(body.id_token)).not.toHaveProperty('nonce');
  });

  test("keeps its own nonce also for LivePerson's clients, who may leave the nonce out", async () => {
    const client = { ...signing, clientId: 'lp-signing' };
    const request = await key.sign(requestClaims(client, { response_type: 'id_token', nonce: 'signed' }));
    const answer = answerTo(await send(client, request, { response_type: 'id_token' }));
    expect(claimsOf(answer.get('id_token') ?? '')['nonce']).toBe('signed');
  });

  test('may be pushed (RFC 9126 section 3)', async () => {
    const request = await key.sign(requestClaims(signing, { state: 'both' }));
    const { status, body } = await postAsClient(signing, '/request', { request });
    expect(status).toBe(201);
    const query = new URLSearchParams({ client_id: 'signing', request_uri: String(body['request_uri']) });
    expect(answerTo(await visitor.get(`${parley.issuer}/auth?${query.toString()}`)).get('state')).toBe(
      'both',
    );
  });
});

describe('23 a request object is refused', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['without a signature', () => withoutSignature(requestClaims(optional))],
    [
      'signed with the public key as if it were a secret',
      () => signWithPublicKey(requestClaims(optional), key),
    ],
    ['signed with a key that the client does not have', () => otherKey.sign(requestClaims(optional))],
    ['for another audience', () => key.sign(requestClaims(optional, { aud: 'https://other.example' }))],
    ['without an audience', () => key.sign(withoutClaim(requestClaims(optional), 'aud'))],
    ['of another issuer', () => key.sign(requestClaims(optional, { iss: 'web' }))],
    ['without an issuer', () => key.sign(withoutClaim(requestClaims(optional), 'iss'))],
    ['for another client', () => key.sign(requestClaims(optional, { client_id: 'signing' }))],
    ['that has expired', () => key.sign(requestClaims(optional, { exp: now() - 60 }))],
    ['that is not valid yet', () => key.sign(requestClaims(optional, { nbf: now() + 600 }))],
    [
      'with another response type than the URL',
      () => key.sign(requestClaims(optional, { response_type: 'id_token' })),
    ],
    ['with a request object inside', () => key.sign(requestClaims(optional, { request: 'x' }))],
    [
      'with an unregistered redirect URI',
      () => key.sign(requestClaims(optional, { redirect_uri: 'https://evil.example/' })),
    ],
    ['that is no JWT', () => 'not.a.jwt'],
  ])('%s', async (_name, create) => {
    const response = await send(optional, await create());
    const location = response.headers.get('location');
    expect(response.status).toBeLessThan(500);
    if (location === null) return expect(response.status).toBe(400);
    // The redirect URI of the URL is registered, so the client may be told.
    expect(location.replace('#', '?').startsWith(`${redirectUri}?error=`)).toBe(true);
    expect(answerOf(new URL(location)).get('code')).toBeNull();
  });

  test('whose signature was cut off and whose header still says RS256', async () => {
    const [header, payload] = (await key.sign(requestClaims(optional))).split('.');
    const answer = answerTo(await send(optional, `${header}.${payload}.`));
    expect(answer.get('error')).toBe('invalid_request_object');
  });
});

describe('a client whose requests must be signed', () => {
  test('gets nothing for a plain request', async () => {
    const answer = answerTo(await visitor.get(authorizationUrl(signing, { prompt: 'none' })));
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('code')).toBeNull();
  });

  test('gets nothing for a pushed plain request', async () => {
    const { status, body } = await postAsClient(signing, '/request', {
      client_id: 'signing',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
    });
    expect([status, body.error]).toEqual([400, 'invalid_request']);
    expect(body['request_uri']).toBeUndefined();
  });

  test('gets nothing for an unsigned request object', async () => {
    const answer = answerTo(await send(signing, withoutSignature(requestClaims(signing))));
    expect(answer.get('error')).toBe('invalid_request_object');
    expect(answer.get('code')).toBeNull();
  });
});

function withoutClaim(claims: JWTPayload, left: string): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => name !== left));
}
