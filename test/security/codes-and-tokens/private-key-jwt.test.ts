import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JWTPayload } from 'jose';
import {
  assertionClaims,
  type ClientKey,
  createClientKey,
  jwtBearer,
  signWithPublicKey,
  withoutSignature,
} from '../../support/client-key.ts';
import { comingAgain } from '../../support/coming-again.ts';
import { onEachStore } from '../../support/on-each-store.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';

/** OpenID Connect Core 9, RFC 7523; docs/security.md 21, 23: a signed assertion proves its client once. */
onEachStore((store) => {
  let parley: RunningParley;
  let signing: Client;
  let key: ClientKey;
  let otherKey: ClientKey;
  let visitor: Visitor;

  beforeAll(async () => {
    [key, otherKey] = await Promise.all([createClientKey(), createClientKey()]);
    const redirect_uris = ['https://signing.acme.example/callback'];
    const clients = [
      ...testClients(),
      { id: 'signing', redirect_uris, jwks: { keys: [key.jwk] }, first_party: true, refresh_tokens: true },
    ];
    const storeUrl = store();
    parley = await startParley({ brands: [testBrand({ clients })], ...(storeUrl && { store: storeUrl }) });
    signing = {
      issuer: parley.issuer,
      clientId: 'signing',
      redirectUri: redirect_uris[0] ?? '',
      fetch: comingAgain(fetch),
    };
    visitor = new Visitor(signing.fetch);
    await signIn(visitor, authorizationUrl(signing), dana);
  });
  afterAll(() => parley.stop());

  const newCode = async () => (await authorizeSilently(visitor, authorizationUrl(signing))).get('code') ?? '';
  const claims = (more: JWTPayload = {}): JWTPayload => ({ ...assertionClaims(signing), ...more });
  const redeem = (code: string, client_assertion: string, more: Record<string, string> = {}) =>
    exchange(signing, code, { client_assertion, client_assertion_type: jwtBearer, ...more });

  test('a signed assertion redeems a code', async () => {
    const { status, body } = await redeem(await newCode(), await key.sign(claims()));
    expect(status).toBe(200);
    expect(body.id_token).toBeTruthy();
  });

  test('the token endpoint is an audience too', async () => {
    const assertion = await key.sign(claims({ aud: [`${parley.issuer}/token`] }));
    expect((await redeem(await newCode(), assertion)).status).toBe(200);
  });

  describe('21 one assertion', () => {
    test('counts once', async () => {
      const assertion = await key.sign(claims());
      expect((await redeem(await newCode(), assertion)).status).toBe(200);
      const { status, body } = await redeem(await newCode(), assertion);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
      expect(body.access_token).toBeUndefined();
    });

    test('counts once, whatever is signed anew around its jti', async () => {
      const { jti } = claims();
      expect((await redeem(await newCode(), await key.sign(claims({ jti: String(jti) })))).status).toBe(200);
      const later = await key.sign(claims({ jti: String(jti), exp: Math.floor(Date.now() / 1000) + 120 }));
      expect((await redeem(await newCode(), later)).body.error).toBe('invalid_client');
    });

    test('counts once of 20 times at once', async () => {
      const assertion = await key.sign(claims());
      const codes = await Promise.all(Array.from({ length: 20 }, newCode));
      const answers = await Promise.all(codes.map((code) => redeem(code, assertion)));
      const won = answers.filter(({ status }) => status === 200);
      const lost = answers.filter(({ status }) => status !== 200);
      expect(won).toHaveLength(1);
      expect(lost.map(({ status, body }) => [status, body.error])).toEqual(
        Array.from({ length: 19 }, () => [401, 'invalid_client']),
      );
    });
  });

  describe('21, 23 an assertion is refused', () => {
    const past = Math.floor(Date.now() / 1000) - 60;
    test.each<[string, () => Promise<string> | string]>([
      ['without a jti', () => key.sign(without('jti'))],
      ['without an expiry', () => key.sign(without('exp'))],
      ['without an audience', () => key.sign(without('aud'))],
      ['for another audience', () => key.sign(claims({ aud: 'https://other.example' }))],
      ['for another endpoint of ours', () => key.sign(claims({ aud: `${parley.issuer}/userinfo` }))],
      ['that has expired', () => key.sign(claims({ exp: past }))],
      ['that is not valid yet', () => key.sign(claims({ nbf: past + 3600 }))],
      ['of another issuer', () => key.sign(claims({ iss: 'web' }))],
      ['about a client that proves itself otherwise', () => key.sign(claims({ iss: 'web', sub: 'web' }))],
      ['about nobody', () => key.sign(without('sub'))],
      ['signed with another key', () => otherKey.sign(claims())],
      ['without a signature', () => withoutSignature(claims())],
      ['signed with the public key as if it were a secret', () => signWithPublicKey(claims(), key)],
    ])('%s', async (_name, create) => {
      const code = await newCode();
      const { status, body } = await redeem(code, await create());
      expect([400, 401]).toContain(status);
      expect(body.error).toMatch(/^invalid_(client|request)$/);
      expect(body.access_token).toBeUndefined();
      // The code is the client's own still.
      expect((await redeem(code, await key.sign(claims()))).status).toBe(200);
    });

    test('with another assertion type', async () => {
      const assertion = await key.sign(claims());
      const { status } = await redeem(await newCode(), assertion, {
        client_assertion_type: 'urn:example:other',
      });
      expect(status).toBe(400);
    });

    test('beside a secret', async () => {
      const assertion = await key.sign(claims());
      const { status, body } = await redeem(await newCode(), assertion, { client_secret: secrets.web });
      expect([status, body.error]).toEqual([400, 'invalid_request']);
    });
  });

  test('the client cannot leave the assertion out', async () => {
    const { status, body } = await exchange(signing, await newCode(), { client_id: 'signing' });
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  function without(left: string): JWTPayload {
    return Object.fromEntries(Object.entries(claims()).filter(([name]) => name !== left));
  }
});
