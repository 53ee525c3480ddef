import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, importSPKI, type JSONWebKeySet, jwtVerify } from 'jose';
import { loadKeySet, signingKey } from '../../src/keys/key-set.ts';
import { pastedKey } from '../../src/keys/public-key.ts';
import {
  answerOf,
  authorizationUrl,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

let parley: RunningParley;
let liveperson: Client;

beforeAll(async () => {
  const plus = {
    id: 'plus',
    platform: 'liveperson',
    flows: ['implicit'],
    redirect_uris: ['https://lpcdn.lpsnmedia.net/window?skill=a+b'],
  };
  parley = await startParley({ brands: [testBrand({ clients: [...testClients(), plus] })] });
  liveperson = {
    issuer: parley.issuer,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
});

afterAll(() => parley.stop());

/** The code that LivePerson gets for dana after a request with `scope=openid` alone. */
async function codeForDana(parameters: Record<string, string> = {}): Promise<string> {
  const landed = await signIn(new Visitor(), authorizationUrl(liveperson, parameters), dana);
  return answerOf(landed).get('code') ?? '';
}

describe('the code flow as LivePerson uses it', () => {
  test('a request for openid alone and a token request with Basic credentials bring the verified claims', async () => {
    const { status, body, headers } = await exchange(liveperson, await codeForDana());

    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(body['token_type']).toBe('Bearer');
    expect(body['refresh_token']).toBeUndefined();
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: parley.issuer,
      sub: dana.sub,
      aud: 'liveperson',
      account_number: '4711-0815',
      billing: { balance: 84.2, currency: 'EUR' },
      lp_sdes: [{ type: 'ctmrinfo', info: { customerId: '4711-0815', balance: 84.2, currency: 'EUR' } }],
    });
  });

  test('credentials in the body work for the same client', async () => {
    const { clientId, secret, ...anonymous } = liveperson;
    const answer = await exchange({ ...anonymous, clientId: '' }, await codeForDana(), {
      client_id: clientId,
      client_secret: secret ?? '',
    });
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body.id_token)['sub']).toBe(dana.sub);
  });

  test('the signature verifies with the JWKS by kid and with the pasted key', async () => {
    const { body } = await exchange(liveperson, await codeForDana());
    const jwks = (await (await fetch(`${parley.issuer}/jwks`)).json()) as JSONWebKeySet;
    const expected = { issuer: parley.issuer, audience: 'liveperson' };
    const { protectedHeader } = await jwtVerify(body.id_token, createLocalJWKSet(jwks), expected);
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) });

    const keySet = await loadKeySet({
      folder: join(parley.folder, 'keys'),
      brand: 'acme',
      create: false,
      now: Date.now,
    });
    const pasted = pastedKey(signingKey(keySet) ?? { kty: 'RSA' });
    expect(pasted).toMatch(/^[A-Za-z0-9+/=]+$/);
    const pem = `-----BEGIN PUBLIC KEY-----\n${pasted}\n-----END PUBLIC KEY-----`;
    await jwtVerify(body.id_token, await importSPKI(pem, 'RS256'), expected);
  });

  test.each([
    'https://liveperson.net',
    'https://liveperson.net/',
    'https://liveperson.net/oauth2/code_redirect',
    'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
  ])('the redirect URI %s is known', async (redirectUri) => {
    const client = { ...liveperson, redirectUri };
    const landed = await signIn(new Visitor(), authorizationUrl(client), dana);
    expect(landed.href.startsWith(redirectUri)).toBe(true);
    expect((await exchange(client, answerOf(landed).get('code') ?? '')).status).toBe(200);
  });

  test('a code that was bound to a challenge needs its verifier', async () => {
    const { verifier, challenge } = createPkce();
    const wrong = await exchange(liveperson, await codeForDana(challenge), {
      code_verifier: createPkce().verifier,
    });
    expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_grant']);
    const missing = await exchange(liveperson, await codeForDana(challenge));
    expect([missing.status, missing.body.error]).toEqual([400, 'invalid_grant']);
    const right = await exchange(liveperson, await codeForDana(challenge), { code_verifier: verifier });
    expect(right.status).toBe(200);
  });

  test('a wrong secret is refused and does not spend the code', async () => {
    const code = await codeForDana();
    const refused = await exchange({ ...liveperson, secret: 'not-the-secret-of-this-client' }, code);
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client']);
    expect(refused.body.id_token).toBeUndefined();
    expect((await exchange(liveperson, code)).status).toBe(200);
  });
});

describe('the implicit flow as a LivePerson popup uses it', () => {
  const popup = (): Client => ({
    issuer: parley.issuer,
    clientId: 'liveperson-implicit',
    redirectUri: 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
  });

  test('a request without a nonce brings an ID token without one, and the state byte for byte', async () => {
    const state = JSON.stringify({
      lpUnifiedWindowConfig: {
        accountId: '12345',
        env: 'prod',
        external: true,
        engConf: { text: '"é" 100% & more', pad: 'x'.repeat(2000) },
      },
    });
    const request = authorizationUrl(popup(), {
      response_type: 'id_token',
      state,
      parentWindowOrigin: 'https://www.acme.example',
    });
    const answer = answerOf(await signIn(new Visitor(), request, dana));

    expect(answer.get('state')).toBe(state);
    const claims = claimsOf(answer.get('id_token') ?? '');
    expect(claims).toMatchObject({ sub: dana.sub, account_number: '4711-0815' });
    expect(claims).not.toHaveProperty('nonce');
  });

  test.each([
    { clientId: 'liveperson', response_type: 'code' },
    { clientId: 'liveperson-implicit', response_type: 'id_token' },
  ])('percent-decoding alone reads the state, spaces and plus signs: $response_type', async (asked) => {
    const state = '{"skill":"Customer Care","text":"1 + 1 %2B"}';
    const { clientId, response_type } = asked;
    const request = authorizationUrl({ ...popup(), clientId }, { response_type, state });
    const visitor = new Visitor();
    const { href } = await signIn(visitor, request, dana);
    const silent = await visitor.get(new URL(`${request.href}&prompt=none`));
    for (const address of [href, silent.headers.get('location') ?? '']) {
      const [, written = ''] = /[?#&]state=([^&]*)/.exec(address) ?? [];
      expect(decodeURIComponent(written)).toBe(state);
      expect(answerOf(new URL(address)).get('state')).toBe(state);
    }
  });

  test("a client's own plus sign before a fragment stays", async () => {
    const redirectUri = 'https://lpcdn.lpsnmedia.net/window?skill=a+b';
    const request = authorizationUrl(
      { ...popup(), clientId: 'plus', redirectUri },
      { response_type: 'id_token' },
    );
    const landed = await signIn(new Visitor(), request, dana);
    expect(landed.href).toMatch(/^https:\/\/lpcdn\.lpsnmedia\.net\/window\?skill=a\+b#id_token=/);
  });

  test('a nonce that was sent comes back', async () => {
    const request = authorizationUrl(popup(), { response_type: 'id_token', nonce: 'n-0S6' });
    const answer = answerOf(await signIn(new Visitor(), request, dana));
    expect(claimsOf(answer.get('id_token') ?? '')['nonce']).toBe('n-0S6');
  });

  test('other clients still need a nonce', async () => {
    const web = { issuer: parley.issuer, clientId: 'web', redirectUri: 'https://shop.acme.example/callback' };
    const response = await new Visitor().get(authorizationUrl(web, { response_type: 'id_token' }));
    const answer = answerOf(new URL(response.headers.get('location') ?? ''));
    expect(answer.get('error')).toBe('invalid_request');
    expect(answer.get('error_description')).toContain('nonce');
    expect(answer.get('id_token')).toBeNull();
  });
});
