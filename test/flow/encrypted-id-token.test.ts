import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compactDecrypt, decodeProtectedHeader, jwtVerify } from 'jose';
import { assertionClaims, type ClientKey, createClientKey, jwtBearer } from '../support/client-key.ts';
import { publishedKeys } from '../support/published-keys.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** OpenID Connect Core 16.14: signed, then encrypted to the platform's key. */

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'platform-key' });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const bare = pem.replace(/-----[^-]+-----|\n/g, '');

const encryptions = {
  'gcm-jwk': { key: jwk, enc: 'A256GCM' },
  'gcm-pem': { key: pem, enc: 'A256GCM', kid: 'named-by-us' },
  'cbc-jwk': { key: jwk, enc: 'A128CBC-HS256' },
  'cbc-bare': { key: bare, enc: 'A128CBC-HS256' },
} as const;

let parley: RunningParley;
let visitor: Visitor;
let jwks: ReturnType<typeof publishedKeys>;
let signing: ClientKey;

beforeAll(async () => {
  const clients = Object.entries(encryptions).map(([id, encryption]) => ({
    id,
    secret: secrets.web,
    flows: ['code', 'pkce', 'implicit', 'hybrid'],
    redirect_uris: [`https://${id}.example/callback`],
    first_party: true,
    refresh_tokens: true,
    id_token_claims: true,
    encryption,
  }));
  signing = await createClientKey();
  // A key that says neither use nor alg might be taken for anything.
  const { use: _use, alg: _alg, ...plain } = signing.jwk;
  const both = {
    id: 'signing',
    jwks: { keys: [plain] },
    redirect_uris: ['https://signing.example/callback'],
    first_party: true,
    encryption: encryptions['gcm-jwk'],
  };
  parley = await startParley({ brands: [testBrand({ clients: [...testClients(), ...clients, both] })] });
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(clientOf('gcm-jwk')), dana);
  jwks = publishedKeys(parley.issuer);
});
afterAll(() => parley.stop());

const clientOf = (id: string): Client => ({
  issuer: parley.issuer,
  clientId: id,
  secret: secrets.web,
  redirectUri: `https://${id}.example/callback`,
});

async function open(idToken: string, audience: string, key: KeyObject = privateKey) {
  const { plaintext } = await compactDecrypt(idToken, key);
  return jwtVerify(new TextDecoder().decode(plaintext), jwks, { issuer: parley.issuer, audience });
}

describe.each([
  ['gcm-jwk', 'A256GCM', 'platform-key'],
  ['gcm-pem', 'A256GCM', 'named-by-us'],
  ['cbc-jwk', 'A128CBC-HS256', 'platform-key'],
  ['cbc-bare', 'A128CBC-HS256', undefined],
])('for the client %s', (id, enc, kid) => {
  test(`the ID token is encrypted with RSA-OAEP-256 and ${enc}, and signed inside`, async () => {
    const url = authorizationUrl(clientOf(id), { scope: 'openid account', nonce: 'n-1' });
    const code = (await authorizeSilently(visitor, url)).get('code') ?? '';
    const { body } = await exchange(clientOf(id), code);

    expect(body.id_token.split('.')).toHaveLength(5);
    const header = decodeProtectedHeader(body.id_token);
    expect(header).toMatchObject({ alg: 'RSA-OAEP-256', enc, cty: 'JWT' });
    expect(header.kid).toBe(kid);
    // Nothing of the account is readable on the way.
    expect(Buffer.from(body.id_token, 'base64url').toString('latin1')).not.toContain('4711-0815');

    const { payload, protectedHeader } = await open(body.id_token, id);
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({ sub: dana.sub, nonce: 'n-1', account_number: '4711-0815' });
  });
});

test('so are those of the implicit and the hybrid flow and of a refresh', async () => {
  const client = clientOf('gcm-jwk');
  const front = { response_type: 'code id_token', nonce: 'n-2' };
  const answer = await authorizeSilently(visitor, authorizationUrl(client, front));
  expect((await open(answer.get('id_token') ?? '', 'gcm-jwk')).payload).toMatchObject({ nonce: 'n-2' });

  const implicit = authorizationUrl(client, { response_type: 'id_token', nonce: 'n-3' });
  const alone = (await authorizeSilently(visitor, implicit)).get('id_token') ?? '';
  expect((await open(alone, 'gcm-jwk')).payload).toMatchObject({ nonce: 'n-3' });

  const { body } = await exchange(client, answer.get('code') ?? '');
  const again = await refresh(client, body.refresh_token);
  expect((await open(again.body.id_token, 'gcm-jwk')).payload['sub']).toBe(dana.sub);
});

test('another private key does not open it', async () => {
  const code = (await authorizeSilently(visitor, authorizationUrl(clientOf('gcm-jwk')))).get('code') ?? '';
  const { body } = await exchange(clientOf('gcm-jwk'), code);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await expect(open(body.id_token, 'gcm-jwk', stranger.privateKey)).rejects.toThrow(/decrypt/);
});

test('a key in the configuration beside jwks_uri is refused at the start, for it would never be used', async () => {
  const client = {
    id: 'both',
    redirect_uris: ['https://both.example/callback'],
    jwks_uri: 'https://both.example/jwks',
    encryption: encryptions['gcm-jwk'],
  };
  await expect(startParley({ brands: [testBrand({ clients: [client] })] })).rejects.toThrow(
    /clients\[0\]\.encryption: stands beside jwks_uri/,
  );
});

test('a client with a signing key of its own gets its ID token encrypted to the other key', async () => {
  const client: Client = {
    issuer: parley.issuer,
    clientId: 'signing',
    redirectUri: 'https://signing.example/callback',
  };
  const code = (await authorizeSilently(visitor, authorizationUrl(client))).get('code') ?? '';
  const client_assertion = await signing.sign(assertionClaims(client));
  const { body } = await exchange(client, code, { client_assertion, client_assertion_type: jwtBearer });
  expect((await open(body.id_token, 'signing')).payload['sub']).toBe(dana.sub);
});
