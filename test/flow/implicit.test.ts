import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { publishedKeys } from '../support/published-keys.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** OpenID Connect Core 3.2, for an ID token alone. */

let parley: RunningParley;
let web: Client;
let liveperson: Client;
let visitor: Visitor;

beforeAll(async () => {
  const es256 = {
    id: 'es256',
    flows: ['implicit'],
    redirect_uris: ['https://shop.acme.example/callback'],
    first_party: true,
    id_token_alg: 'ES256',
  };
  parley = await startParley({ brands: [testBrand({ clients: [...testClients(), es256] })] });
  const { issuer } = parley;
  web = webClient({ issuer });
  liveperson = {
    issuer,
    clientId: 'liveperson-implicit',
    redirectUri: 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
  };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

const implicit = (client: Client, parameters: Record<string, string> = {}) =>
  authorizationUrl(client, { response_type: 'id_token', ...parameters });

describe('the implicit flow', () => {
  test('answers in the fragment, with an ID token and nothing else to redeem', async () => {
    const url = implicit(web, { nonce: 'n-0S6', state: 's-1', prompt: 'none' });
    const location = new URL((await visitor.get(url)).headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(web.redirectUri);
    expect(location.search).toBe('');
    expect([...answerOf(location).keys()].toSorted()).toEqual(['id_token', 'state']);

    const jwks = publishedKeys(parley.issuer);
    const { payload } = await jwtVerify(answerOf(location).get('id_token') ?? '', jwks, {
      issuer: parley.issuer,
      audience: 'web',
    });
    expect(payload).toMatchObject({ sub: dana.sub, nonce: 'n-0S6' });
  });

  test('puts the claims of the scopes into the ID token, for there is no access token (OpenID Connect Core 5.4)', async () => {
    const answer = await authorizeSilently(
      visitor,
      implicit(web, { nonce: 'n-1', scope: 'openid email account' }),
    );
    const claims = claimsOf(answer.get('id_token') ?? '');
    expect(claims).toMatchObject({ email: 'dana@example.com', account_number: '4711-0815' });
    expect(claims).not.toHaveProperty('billing');
    expect(claims).not.toHaveProperty('given_name');
  });

  test('signs with ES256 for a client that wants it, and with RS256 for everybody else', async () => {
    const jwks = publishedKeys(parley.issuer);
    const algOf = async (clientId: string): Promise<string | undefined> => {
      const answer = await authorizeSilently(visitor, implicit({ ...web, clientId }, { nonce: 'n-6' }));
      const idToken = answer.get('id_token') ?? '';
      await jwtVerify(idToken, jwks, { issuer: parley.issuer, audience: clientId });
      return decodeProtectedHeader(idToken).alg;
    };
    expect(await algOf('es256')).toBe('ES256');
    expect(await algOf('web')).toBe('RS256');
  });

  test.each([
    ['without a nonce', {}],
    ['in the query', { nonce: 'n-2', response_mode: 'query' }],
    ['without the scope openid', { nonce: 'n-3', scope: 'account' }],
    ['for an access token', { nonce: 'n-4', response_type: 'token' }],
    ['for an ID token and an access token', { nonce: 'n-4', response_type: 'id_token token' }],
  ])('is refused %s', async (_name, parameters: Record<string, string>) => {
    const answer = await authorizeSilently(visitor, implicit(web, parameters));
    expect(answer.get('error')).toMatch(/^(invalid_request|unsupported_response_type)$/);
    expect(answer.get('id_token')).toBeNull();
    expect(answer.get('access_token')).toBeNull();
  });

  test('is refused to a client without it', async () => {
    const stranger: Client = {
      ...web,
      clientId: 'stranger',
      redirectUri: 'https://stranger.example/callback',
    };
    const answer = await authorizeSilently(visitor, implicit(stranger, { nonce: 'n-5' }));
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('id_token')).toBeNull();
  });
});

describe('for LivePerson, whose window sends no nonce,', () => {
  test('a silent request brings an ID token without one', async () => {
    const answer = await authorizeSilently(visitor, implicit(liveperson));
    const claims = claimsOf(answer.get('id_token') ?? '');
    expect(claims).toMatchObject({ sub: dana.sub, aud: 'liveperson-implicit', account_number: '4711-0815' });
    expect(claims).not.toHaveProperty('nonce');
  });

  test('a sign-in on the way brings an ID token without one', async () => {
    const landed = await signIn(new Visitor(), implicit(liveperson), dana);
    const claims = claimsOf(answerOf(landed).get('id_token') ?? '');
    expect(claims['sub']).toBe(dana.sub);
    expect(claims).not.toHaveProperty('nonce');
  });

  test('a nonce that is sent comes back', async () => {
    const answer = await authorizeSilently(visitor, implicit(liveperson, { nonce: 'theirs' }));
    expect(claimsOf(answer.get('id_token') ?? '')['nonce']).toBe('theirs');
  });

  test('the code flow stays closed to a client that is implicit only', async () => {
    const answer = await authorizeSilently(visitor, authorizationUrl(liveperson));
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('code')).toBeNull();
  });
});
