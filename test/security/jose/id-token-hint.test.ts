import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import { encode, newKeyPair, signByHand, signWithSecret } from '../../support/jose-attacks.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, sam, secrets, testBrand } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 27: an `id_token_hint` is one of this issuer's own ID tokens for this client, or the request ends. */

let parley: RunningParley;
let web: Client;
let visitor: Visitor;
let hint: string;
let signingKey: KeyObject;

beforeAll(async () => {
  parley = await startParley({
    brands: [testBrand(), testBrand({ brand: 'zeta', issuer: 'http://127.0.0.1:PORT' })],
  });
  web = webClient(parley);
  visitor = new Visitor();
  hint = await hintOf(visitor, web);
  signingKey = readSigningKey(parley.folder);
});
afterAll(() => parley.stop());

async function hintOf(browser: Visitor, client: Client, consumer = dana): Promise<string> {
  const landed = await signIn(browser, authorizationUrl(client), consumer);
  return (await exchange(client, landed.searchParams.get('code') ?? '')).body.id_token;
}

/** Only what the issuer's own key signed can show which rule refuses; the key lies where an operator finds it. */
function readSigningKey(folder: string): KeyObject {
  const { keys } = JSON.parse(readFileSync(join(folder, 'keys', 'acme', 'signing.json'), 'utf8')) as {
    keys: { jwk: JWK }[];
  };
  const rsa = keys.find(({ jwk }) => jwk.kty === 'RSA');
  return createPrivateKey({ key: rsa?.jwk as JsonWebKey, format: 'jwk' });
}

const partsOf = (jwt: string) =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];

const changed = (claims: object) => {
  const [header, payload] = partsOf(hint);
  return signByHand(header, { ...payload, ...claims }, signingKey);
};

test('27 the right hint is answered, so that each refusal below has its one reason', async () => {
  expect((await ask(hint)).get('code')).toBeTruthy();
  expect((await ask(changed({ nonce: 'signed anew' }))).get('code')).toBeTruthy();
});

const ask = (id_token_hint: string, of = visitor) =>
  authorizeSilently(of, authorizationUrl(web, { id_token_hint }));

describe('27 no code is given and nobody is signed out for a hint', () => {
  const hints: [string, () => Promise<string> | string][] = [
    ['of another issuer', () => changed({ iss: 'https://id.other.example' })],
    [
      'of another brand in this process, for a client of the same name',
      () => hintOf(new Visitor(), { ...web, issuer: `http://127.0.0.1:${parley.port}` }),
    ],
    ['without an audience', () => changed({ aud: undefined })],
    ['without a subject', () => changed({ sub: undefined })],
    ['without a signature', () => `${encode({ alg: 'none' })}.${hint.split('.')[1]}.`],
    ['signed by a stranger', () => signByHand(partsOf(hint)[0], partsOf(hint)[1], newKeyPair().privateKey)],
    [
      'with the algorithm of a shared secret, signed with the client’s',
      () => signWithSecret({ alg: 'HS256' }, partsOf(hint)[1], secrets.web),
    ],
    [
      'with another algorithm than the client’s, named over the right signature',
      () => {
        const [, payload, signature] = hint.split('.');
        return [encode({ ...partsOf(hint)[0], alg: 'PS256' }), payload, signature].join('.');
      },
    ],
    [
      'whose subject was changed',
      () => {
        const [header, , signature] = hint.split('.');
        return [header, encode({ ...partsOf(hint)[1], sub: sam.sub }), signature].join('.');
      },
    ],
    ['that is no JWT', () => 'not.a.jwt'],
  ];

  test.each(hints)('%s', async (_what, create) => {
    const jwt = await create();
    const answer = await ask(jwt);
    expect(answer.get('code')).toBeNull();
    expect(answer.get('error')).toMatch(/^(invalid_request|status_400)$/);

    const ending = await visitor.get(`${parley.issuer}/session/end?id_token_hint=${encodeURIComponent(jwt)}`);
    expect(ending.status).toBe(400);
    expect((await ask(hint)).get('code')).toBeTruthy();
  });
});

test('27 another client’s hint brings no code to this one', async () => {
  expect((await ask(changed({ aud: 'stranger' }))).get('error')).toBe('invalid_request');
});

test('27 an expired hint still says whom the client means, and gives nobody else’s code', async () => {
  const [, payload] = partsOf(hint);
  const expired = changed({ iat: Number(payload['iat']) - 7200, exp: Number(payload['iat']) - 3600 });
  // OpenID Connect Core 3.1.2.1 and RP-Initiated Logout 1.0 section 2: an expired one should be taken.
  expect((await ask(expired)).get('code')).toBeTruthy();
  const samsBrowser = new Visitor();
  await signIn(samsBrowser, authorizationUrl(web), sam);
  expect((await ask(expired, samsBrowser)).get('error')).toBe('login_required');
  expect((await ask(expired, new Visitor())).get('error')).toBe('login_required');
});
