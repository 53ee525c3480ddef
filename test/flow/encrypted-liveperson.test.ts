import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { stringify } from 'yaml';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import {
  createLivePersonServer,
  type LivePersonServer,
} from '../../src/twin/liveperson/liveperson-server.ts';
import { createTemporaryConfig } from '../config/temporary-config.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { createCertificatePem } from '../support/certificate-pem.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testAccounts, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** LivePerson's encrypted ID tokens, in each of its ways to get one: its twin opens and checks them. */

const page = 'https://www.acme.example';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keys = {
  jwk: JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'lpsso2026' }),
  certificate: createCertificatePem(privateKey),
  'public-key': pem,
  base64: pem.replaceAll(/-----[^-]+-----|\n/g, ''),
};
type Form = keyof typeof keys;
const forms = Object.keys(keys) as Form[];

function clientWith(form: Form, enc: string) {
  // A JWK names itself.
  const kid = form === 'jwk' ? {} : { kid: 'lpsso2026' };
  return {
    id: `${form}-${enc}`,
    platform: 'liveperson',
    secret: secrets.liveperson,
    flows: ['code', 'pkce', 'implicit'],
    redirect_uris: ['https://liveperson.net'],
    openid_includes: ['account', 'billing'],
    pages: [page],
    encryption: { key: keys[form], enc, ...kid },
  };
}

const huge = {
  id: 'huge',
  platform: 'liveperson',
  secret: secrets.liveperson,
  redirect_uris: ['https://liveperson.net'],
  flows: ['code', 'pkce', 'implicit'],
  pages: [page],
  claims: { history: `'${'x'.repeat(3200)}'` },
};

let parley: RunningParley;
let visitor: Visitor;
beforeAll(async () => {
  const clients = [
    ...forms.flatMap((form) => [clientWith(form, 'A256GCM'), clientWith(form, 'A128CBC-HS256')]),
    huge,
    { ...huge, id: 'plain', claims: {} },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(clientOf('plain')), dana);
});
afterAll(() => parley.stop());

const clientOf = (clientId: string): Client => ({
  issuer: parley.issuer,
  clientId,
  secret: secrets.liveperson,
  redirectUri: 'https://liveperson.net',
});

interface PlatformKey {
  key: typeof privateKey;
  kid?: string;
}
const ownKey: PlatformKey = { key: privateKey, kid: 'lpsso2026' };

function createTwin(
  clientId: string,
  flow: 'pkce' | 'implicit',
  platformKey: PlatformKey | 'none' = ownKey,
): LivePersonServer {
  const connector = {
    jwtIssuer: parley.issuer,
    tokenEndpoint: `${parley.issuer}/token`,
    jwksEndpoint: `${parley.issuer}/jwks`,
    clientId,
    clientSecret: secrets.liveperson,
    flow,
    ...(platformKey !== 'none' && { decryption: platformKey }),
  };
  return createLivePersonServer({ connector, fetch, now: Date.now });
}

/** A popup's answer, or that of the embedded window. */
type Ask = (clientId: string, parameters: Record<string, string>) => Promise<Record<string, string>>;

const popup: Ask = async (clientId, parameters) =>
  Object.fromEntries(await authorizeSilently(visitor, authorizationUrl(clientOf(clientId), parameters)));

const embedded: Ask = async (clientId, parameters) => {
  const form = {
    client_id: clientId,
    redirect_uri: 'https://liveperson.net',
    scope: 'openid',
    ...parameters,
  };
  const answer = await visitor.post(`${parley.issuer}/page/authorize`, form, { origin: page });
  return (await answer.json()) as Record<string, string>;
};

const accepted = {
  kind: 'accepted',
  identity: {
    idToken: { header: { alg: 'RS256' }, payload: { sub: dana.sub } },
    agentView: { ctmrinfo: { customerId: '4711-0815', balance: 84.2, currency: 'EUR' } },
  },
};

describe.each(forms)('a key given as %s', (form) => {
  describe.each(['A256GCM', 'A128CBC-HS256'])('and %s', (enc) => {
    const clientId = `${form}-${enc}`;

    test.each([
      ['popup', popup],
      ['embedded', embedded],
    ])('the code flow (%s): LivePerson redeems, opens and accepts', async (_name, ask: Ask) => {
      const { verifier, challenge } = createPkce();
      const { code = '' } = await ask(clientId, { response_type: 'code', ...challenge });
      const redirectUri = 'https://liveperson.net';
      const redemption = { code, redirectUri, codeVerifier: verifier };
      expect(await createTwin(clientId, 'pkce').redeem(redemption)).toMatchObject(accepted);
    });

    test.each([
      ['popup', popup],
      ['embedded', embedded],
    ])('the implicit flow (%s): the page cannot read what LivePerson can', async (_name, ask: Ask) => {
      const { id_token: idToken = '' } = await ask(clientId, { response_type: 'id_token' });
      expect(decodeProtectedHeader(idToken)).toMatchObject({
        alg: 'RSA-OAEP-256',
        enc,
        kid: 'lpsso2026',
        cty: 'JWT',
      });
      expect(Buffer.from(idToken, 'base64url').toString('latin1')).not.toContain('4711-0815');
      expect(await createTwin(clientId, 'implicit').accept(idToken)).toMatchObject(accepted);
    });
  });
});

describe("LivePerson's 9012", () => {
  const idTokenOf = async (clientId: string) =>
    (await popup(clientId, { response_type: 'id_token' }))['id_token'] ?? '';
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  const keyCases: [string, string, PlatformKey | 'none', RegExp][] = [
    ['there is no key', 'jwk-A256GCM', 'none', /no key for it/],
    ['the key is another one', 'jwk-A256GCM', { key: other, kid: 'lpsso2026' }, /does not open/],
    [
      'the key has another name',
      'jwk-A256GCM',
      { key: privateKey, kid: 'lpsso2025' },
      /to the key lpsso2026/,
    ],
    ['nothing is encrypted', 'plain', { key: privateKey }, /this one is not/],
  ];
  test.each(keyCases)('comes when %s', async (_name, clientId, platformKey, sentence) => {
    const twin = createTwin(clientId, 'implicit', platformKey);
    expect(await twin.accept(await idTokenOf(clientId))).toMatchObject({
      kind: 'refused',
      refusal: { code: '9012', sentence: expect.stringMatching(sentence) },
    });
  });
});

describe('a key that is too short', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  test.each([
    ['JWK', JSON.stringify(short.export({ format: 'jwk' }))],
    ['PEM public key', short.export({ type: 'spki', format: 'pem' }).toString()],
    ['base64', short.export({ type: 'spki', format: 'der' }).toString('base64')],
  ])('is refused at the start, as %s, in words', async (_form, key) => {
    const clients = [{ ...clientWith('jwk', 'A256GCM'), encryption: { key } }];
    const config = await createTemporaryConfig({
      'config/brands/acme.yaml': stringify(testBrand({ clients, issuer: 'https://id.acme.example' })),
      'config/accounts.yaml': testAccounts,
    });
    await expect(config.load({}, brandChecks)).rejects.toThrow(
      /clients\[0\]\.encryption\.key: .*it has 1024 bits: ask the platform for an RSA key of 2048 bits or more/,
    );
    await config.remove();
  });
});

describe('an ID token above 4 kB', () => {
  const warnings = (clientId: string) =>
    parley.log.filter(
      ({ level, bytes, ...line }) => level === 'warn' && bytes && line['clientId'] === clientId,
    );

  test('raises a warning with the client, its size and the support id, never with the token', async () => {
    const { id_token: front = '' } = await popup('huge', { response_type: 'id_token' });
    const { code = '' } = await popup('huge', { response_type: 'code' });
    const { body } = await exchange(clientOf('huge'), code);
    const { id_token: inPage = '' } = await embedded('huge', { response_type: 'id_token' });

    expect(warnings('huge')).toMatchObject(
      [front, body.id_token, inPage].map((idToken) => ({
        bytes: idToken.length,
        supportId: expect.stringMatching(/^[A-Z0-9]{10}$/),
        msg: expect.stringContaining('larger than 4096 bytes'),
      })),
    );
    expect(front.length).toBeGreaterThan(4096);
    expect(JSON.stringify(parley.log)).not.toContain(front.slice(0, 200));
    expect(JSON.stringify(parley.log)).not.toContain('xxxxxxxx');
  });

  test('a smaller one does not', async () => {
    await popup('plain', { response_type: 'id_token' });
    expect(warnings('plain')).toEqual([]);
  });
});
