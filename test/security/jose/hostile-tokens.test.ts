import { type KeyObject, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, type JWK } from 'jose';
import { brandIssuer } from '../../support/brand-signer.ts';
import { jwtBearer } from '../../support/client-key.ts';
import { findFreePort } from '../../support/free-port.ts';
import {
  deepArray,
  deflateBomb,
  encode,
  encryptByHand,
  newKeyPair,
  signByHand,
  signWithSecret,
} from '../../support/jose-attacks.ts';
import { type Listener, startListener } from '../../support/listener.ts';
import { quickest } from '../../support/quickest.ts';
import { answerOf, authorizationUrl, postAsClient, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 23-26: each place that takes a JWT of a client's or of the brand's believes its one key and form. */

const page = 'https://www.acme.example';
const redirectUri = 'https://signing.acme.example/callback';
const now = () => Math.floor(Date.now() / 1000);

const clientKey = newKeyPair();
const brandKey = newKeyPair();
let clientJwk: JWK;
let brandJwk: JWK;
let parley: RunningParley;
let visitor: Visitor;
let listener: Listener;

beforeAll(async () => {
  const port = await findFreePort();
  listener = await startListener((response) => response.end('{"keys":[]}'));
  clientJwk = { ...(await exportJWK(clientKey.publicKey)), kid: 'client-1', alg: 'ES256', use: 'sig' };
  brandJwk = { ...(await exportJWK(brandKey.publicKey)), kid: 'brand-1', alg: 'ES256', use: 'sig' };
  const verify = { issuer: brandIssuer, jwks: { keys: [brandJwk] } };
  const common = { redirect_uris: [redirectUri], jwks: { keys: [clientJwk] }, first_party: true };
  parley = await startParley({
    port,
    brands: [
      testBrand({
        login: [{ assertion: { verify } }, { password: {} }],
        clients: [
          ...testClients().map((client) =>
            client['id'] === 'web'
              ? { ...client, pages: [page], grants: ['jwt-bearer', 'token-exchange'] }
              : client,
          ),
          { ...common, id: 'signing' },
          { ...common, id: 'objects', secret: secrets.web, flows: ['code', 'pkce', 'implicit'] },
        ],
      }),
    ],
  });
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(webClient(parley)), dana);
});
afterAll(async () => {
  await parley.stop();
  await listener.stop();
});
beforeEach(() => parley.server.sites[0]?.store.resetCounter('back-channel:127.0.0.1'));

interface Place {
  /** Of an honest JWT. */
  header: Record<string, unknown>;
  claims(): Record<string, unknown>;
  pair: { privateKey: KeyObject; publicKey: KeyObject };
  jwk(): JWK;
  send(jwt: string): Promise<{ status: number; isAccepted: boolean }>;
}

const brandClaims = (channel: string) => ({
  iss: brandIssuer,
  aud: parley.issuer,
  sub: dana.sub,
  iat: now(),
  exp: now() + 60,
  jti: randomUUID(),
  channel,
});
const ofBrand = { pair: brandKey, jwk: () => brandJwk };
const ofClient = { pair: clientKey, jwk: () => clientJwk, header: { alg: 'ES256', kid: 'client-1' } };
const login = { alg: 'ES256', typ: 'parley-login+jwt', kid: 'brand-1' };

const places: Record<string, Place> = {
  'a client assertion': {
    ...ofClient,
    claims: () => ({
      iss: 'signing',
      sub: 'signing',
      aud: parley.issuer,
      jti: randomUUID(),
      iat: now(),
      exp: now() + 60,
    }),
    async send(jwt) {
      const signing = { issuer: parley.issuer, clientId: 'signing', redirectUri };
      const { status } = await postAsClient(signing, '/token/introspection', {
        token: 'unknown',
        client_assertion: jwt,
        client_assertion_type: jwtBearer,
      });
      return { status, isAccepted: status === 200 };
    },
  },
  'a request object': {
    ...ofClient,
    claims: () => ({
      iss: 'objects',
      aud: parley.issuer,
      exp: now() + 60,
      client_id: 'objects',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      prompt: 'none',
    }),
    async send(jwt) {
      const client = { issuer: parley.issuer, clientId: 'objects', redirectUri };
      const response = await visitor.get(authorizationUrl(client, { request: jwt, prompt: 'none' }));
      const answer = answerOf(new URL(response.headers.get('location') ?? 'none:'));
      return { status: response.status, isAccepted: answer.has('code') };
    },
  },
  "a page's assertion": {
    ...ofBrand,
    header: login,
    claims: () => brandClaims('front'),
    async send(jwt) {
      const form = { client_id: 'web', login_hint_token: jwt };
      const response = await new Visitor().post(`${parley.issuer}/page/identity`, form, { origin: page });
      return { status: response.status, isAccepted: (await response.text()).includes(dana.sub) };
    },
  },
  "a server's assertion": {
    ...ofBrand,
    header: login,
    claims: () => brandClaims('back'),
    async send(assertion) {
      const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
      const { status, body } = await postAsClient(webClient(parley), '/token', { grant_type, assertion });
      return { status, isAccepted: body.access_token !== undefined };
    },
  },
  'an assertion for exchange': {
    ...ofBrand,
    header: login,
    claims: () => brandClaims('back'),
    async send(jwt) {
      const { status, body } = await postAsClient(webClient(parley), '/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: jwt,
        subject_token_type: 'urn:parley:token-type:assertion',
      });
      return { status, isAccepted: body.access_token !== undefined };
    },
  },
  "the brand's sign-out": {
    ...ofBrand,
    header: { ...login, typ: 'logout+jwt' },
    claims: () => ({
      ...brandClaims('back'),
      channel: undefined,
      sub: 'c-nobody',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    }),
    async send(logout_token) {
      const body = new URLSearchParams({ logout_token });
      const { status } = await fetch(`${parley.issuer}/backchannel/sign-out`, { method: 'POST', body });
      return { status, isAccepted: status === 200 };
    },
  },
};
const titled = Object.entries(places);

async function expectRefused(place: Place, jwt: string): Promise<void> {
  const took = await quickest(2000, async () => {
    const { status, isAccepted } = await place.send(jwt);
    expect(isAccepted).toBe(false);
    expect(status).toBeLessThan(500);
  });
  // Seconds would mean that a stranger's number of rounds was run, or a bomb unpacked.
  expect(took).toBeLessThan(2000);
}

describe.each(titled)('%s', (_name, place) => {
  const honest = () => signByHand(place.header, place.claims(), place.pair.privateKey);

  test('is taken when it is right, and so is each refused for its one fault', async () => {
    expect(await place.send(honest())).toMatchObject({ isAccepted: true });
  });

  describe('23 is not believed', () => {
    const attacker = newKeyPair();
    const attackersJwk = () => exportJWK(attacker.publicKey);
    const address = () => `${listener.origin}/keys`;
    const hostile: Record<string, (header: Record<string, unknown>) => Promise<string> | string> = {
      'with alg none': (header) => `${encode({ ...header, alg: 'none' })}.${encode(place.claims())}.`,
      'with alg None, which a list may have forgotten': (header) =>
        `${encode({ ...header, alg: 'None' })}.${encode(place.claims())}.`,
      'signed with the public key as a secret (PEM)': (header) =>
        signWithSecret(
          { ...header, alg: 'HS256' },
          place.claims(),
          place.pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        ),
      'signed with the public key as a secret (JWK)': (header) =>
        signWithSecret({ ...header, alg: 'HS256' }, place.claims(), JSON.stringify(place.jwk())),
      'by a stranger’s key': (header) => signByHand(header, place.claims(), attacker.privateKey),
      'by a key that it brings along (jwk)': async (header) =>
        signByHand({ ...header, jwk: await attackersJwk() }, place.claims(), attacker.privateKey),
      'by a key at an address that it names (jku)': (header) =>
        signByHand({ ...header, jku: address() }, place.claims(), attacker.privateKey),
      'by a certificate at an address that it names (x5u)': (header) =>
        signByHand({ ...header, x5u: address() }, place.claims(), attacker.privateKey),
      'by a certificate that it brings along (x5c)': (header) =>
        signByHand({ ...header, x5c: ['MIIB'] }, place.claims(), attacker.privateKey),
      'with a kid that is an address': (header) =>
        signByHand({ ...header, kid: address() }, place.claims(), attacker.privateKey),
      'with a kid that is a path': (header) =>
        signByHand({ ...header, kid: '../../../../dev/null' }, place.claims(), attacker.privateKey),
      'with an empty signature': () => honest().replace(/[^.]+$/, ''),
      'with the signature of another payload': () => {
        const [header, , signature] = honest().split('.');
        return [header, encode({ ...place.claims(), exp: now() + 61 }), signature].join('.');
      },
      'with a signature of zeros (CVE-2022-21449)': () =>
        honest().replace(/[^.]+$/, Buffer.alloc(64).toString('base64url')),
    };
    test.each(Object.entries(hostile))('%s', async (_what, create) => {
      await expectRefused(place, await create(place.header));
      expect(listener.received).toEqual([]);
    });
  });

  describe('24 is not unpacked', () => {
    test.each<[string, () => string]>([
      [
        'with two thousand million rounds for its password (p2c)',
        () =>
          encryptByHand(
            { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 2 ** 31 - 1, p2s: encode('salt') },
            Buffer.from(JSON.stringify(place.claims())),
          ),
      ],
      [
        'with 100 MB in a few letters (zip), encrypted',
        () =>
          encryptByHand({ alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF' }, deflateBomb().subarray(0, 4000)),
      ],
      [
        'with a packed payload that is signed',
        () => signByHand({ ...place.header, zip: 'DEF' }, place.claims(), newKeyPair().privateKey),
      ],
      [
        'with dir and no key',
        () => encryptByHand({ alg: 'dir', enc: 'A256GCM' }, Buffer.from('{}'), Buffer.alloc(0)),
      ],
    ])('%s', (_what, create) => expectRefused(place, create()));
  });

  describe('25 is no secret message', () => {
    test.each(['RSA-OAEP-256', 'RSA-OAEP', 'RSA1_5', 'ECDH-ES'])(
      'encrypted to our own key (%s), without a signature',
      async (alg) => {
        const { keys } = (await (await fetch(`${parley.issuer}/jwks`)).json()) as { keys: JWK[] };
        const kid = keys.find(({ kty }) => kty === 'RSA')?.kid;
        const unsigned = `${encode({ alg: 'none' })}.${encode(place.claims())}.`;
        const jwe = encryptByHand({ alg, enc: 'A256GCM', kid, cty: 'JWT' }, Buffer.from(unsigned));
        await expectRefused(place, jwe);
      },
    );
  });

  describe('26 is not read', () => {
    const signed = (header: object, payload: object | string) =>
      signByHand(header, payload, place.pair.privateKey);
    test.each<[string, () => string]>([
      [
        'with an extension that nobody here knows (crit)',
        () => signed({ ...place.header, crit: ['urn:x'], 'urn:x': 1 }, place.claims()),
      ],
      ['with an empty crit', () => signed({ ...place.header, crit: [] }, place.claims())],
      // The library reads such a payload as if it were encoded: the words are the client's own either way.
      ...(place.pair === brandKey
        ? [
            [
              'with a payload that is not encoded (crit b64, RFC 7797 section 7)',
              () => signed({ ...place.header, crit: ['b64'], b64: false }, place.claims()),
            ] as [string, () => string],
          ]
        : []),
      ['with a header that is a list', () => signed([place.header], place.claims())],
      ['with a payload that is a list', () => signed(place.header, [place.claims()])],
      ['with a payload that is null', () => signed(place.header, 'null')],
      ['with a payload of 1,500 nested lists', () => signed(place.header, deepArray(1500))],
      [
        'with nested lists in the place of a name',
        () =>
          signed(
            place.header,
            JSON.stringify(place.claims()).replace(/"iss":"[^"]*"/, `"iss":${deepArray(1000)}`),
          ),
      ],
      [
        'with the issuer twice, the last one wrong: every reader takes the last',
        () =>
          signed(
            place.header,
            JSON.stringify(place.claims()).replace(/\}$/, ',"iss":"https://evil.example"}'),
          ),
      ],
      [
        'with the algorithm twice, the last one none',
        () => {
          const header = JSON.stringify(place.header).replace(/\}$/, ',"alg":"none"}');
          return `${encode(header)}.${encode(place.claims())}.`;
        },
      ],
      [
        'with bytes that are no text',
        () => {
          const [header] = honest().split('.');
          return `${header}.${Buffer.from([0xff, 0xfe, 0x7b]).toString('base64url')}.AAAA`;
        },
      ],
      [
        'in the JSON form of a JWS',
        () => JSON.stringify({ payload: encode(place.claims()), signatures: [] }),
      ],
    ])('%s', (_what, create) => expectRefused(place, create()));
  });
});

test('25 the discovery document offers no encryption of requests', async () => {
  const response = await fetch(`${parley.issuer}/.well-known/openid-configuration`);
  const offered = Object.entries((await response.json()) as object).filter(([name]) =>
    name.startsWith('request_object_encryption'),
  );
  expect(offered.flatMap(([, values]) => values)).toEqual([]);
});
