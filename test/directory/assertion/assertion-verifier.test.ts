import { createHmac, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeJwt, SignJWT } from 'jose';
import type {
  AssertionOutcome,
  AssertionSettings,
  AssertionUse,
} from '../../../src/directory/assertion/contract.ts';
import { createAssertionVerifier } from '../../../src/directory/assertion/create-assertion-verifier.ts';
import { ParleyError } from '../../../src/errors.ts';
import { brandIssuer, type BrandSigner, createBrandSigner } from '../../support/brand-signer.ts';
import { startListener } from '../../support/listener.ts';

const audience = 'https://id.acme.example';
const now = 1_800_000_000;
const use: AssertionUse = { channel: 'front', clientId: 'liveperson' };

let brand: BrandSigner;
let used: Set<string>;

beforeAll(async () => {
  brand = await createBrandSigner(audience, { now: () => now });
});
beforeEach(() => {
  used = new Set();
});

function verifier(settings: Partial<AssertionSettings> = { jwks: brand.jwks }, at = now) {
  return createAssertionVerifier({
    settings: { issuer: brandIssuer, ...settings },
    audience,
    fetch,
    now: () => at,
    // As the store does it: the first writer wins, whatever comes between.
    async useOnce(issuer, jti) {
      const id = `${issuer} ${jti}`;
      const isFirst = !used.has(id);
      used.add(id);
      return isFirst;
    },
  });
}

const sign = (claims: Record<string, unknown> = {}, more: object = {}) =>
  brand.sign({ sub: 'c-dana', ...claims }, more);

function checkOf(outcome: AssertionOutcome): string {
  return outcome.kind === 'refused' ? outcome.check : 'verified';
}

describe('an assertion', () => {
  test('says who the consumer is, and how the brand knows', async () => {
    const jwt = await sign({
      session_exp: now + 600,
      auth_time: now - 30,
      acr: 'urn:acme:2fa',
      amr: ['pwd', 'otp'],
      client_id: 'liveperson',
    });
    expect(await verifier().verify(jwt, use)).toEqual({
      kind: 'verified',
      assertion: {
        accountId: 'c-dana',
        issuedAt: now,
        sessionExpiresAt: now + 600,
        authTime: now - 30,
        acr: 'urn:acme:2fa',
        amr: ['pwd', 'otp'],
      },
    });
  });

  test('says no more than it does', async () => {
    expect(await verifier().verify(await sign(), use)).toEqual({
      kind: 'verified',
      assertion: { accountId: 'c-dana', issuedAt: now },
    });
  });

  test('may be bound to the one interaction that asked for it', async () => {
    const jwt = await sign({ nonce: 'n-1' });
    expect(checkOf(await verifier().verify(jwt, { ...use, nonce: 'n-1' }))).toBe('verified');
  });
});

describe('28 a brand assertion is refused', () => {
  type Case = [name: string, check: string, claims: Record<string, unknown>, more?: object, as?: object];
  const cases: Case[] = [
    ['with another audience', 'aud', { aud: 'https://id.other.example' }],
    ['with a second audience', 'aud', { aud: [audience, 'https://other.example'] }],
    ['with an audience that only begins like the issuer', 'aud', { aud: `${audience}/` }],
    ['without an audience', 'claims', { aud: undefined }],
    ["with another issuer, such as another brand's", 'iss', { iss: 'https://www.other.example' }],
    ["with another typ, such as the brand's own ID tokens have", 'typ', {}, { header: { typ: 'JWT' } }],
    ['without typ', 'typ', {}, { header: { typ: undefined } }],
    ['after its end', 'exp', { iat: now - 100, exp: now - 31 }],
    ['before its time', 'nbf', { nbf: now + 31 }],
    ['issued in the future', 'iat', { iat: now + 31, exp: now + 90 }],
    ['that lives longer than two minutes', 'lifetime', { exp: now + 121 }],
    ['that ends before it begins', 'lifetime', { iat: now + 20, exp: now + 10 }],
    ['without exp', 'claims', { exp: undefined }],
    ['without iat', 'claims', { iat: undefined }],
    ['without jti', 'claims', { jti: undefined }],
    ['with an empty jti', 'claims', { jti: '' }],
    ['without sub', 'claims', { sub: undefined }],
    ['with a number for sub', 'claims', { sub: 7 }],
    ['with too long a sub', 'claims', { sub: 'x'.repeat(256) }],
    ['of another client', 'client_id', { client_id: 'web' }],
    ['without a channel', 'claims', { channel: undefined }],
    ['of the front channel at the token endpoint', 'channel', {}, {}, { channel: 'back' }],
    ['of the back channel in the browser', 'channel', { channel: 'back' }],
    ['that answers a brand login, where none was asked for', 'nonce', { nonce: 'n-1' }],
    ['that answers another brand login', 'nonce', { nonce: 'n-1' }, {}, { nonce: 'n-2' }],
    ['that answers no brand login, where one was asked for', 'nonce', {}, {}, { nonce: 'n-2' }],
    ['with a critical header that nobody knows', 'form', {}, { header: { crit: ['x'], x: 1 } }],
    ['of a key that the brand does not have', 'key', {}, { header: { kid: 'another' } }],
  ];
  test.each(cases)('%s', async (_name, check, claims, more = {}, as = {}) => {
    const header = (more as { header?: Record<string, unknown> }).header;
    const jwt = header && 'crit' in header ? await signWithCrit(header) : await sign(claims, more);
    const outcome = await verifier().verify(jwt, { ...use, ...as });
    expect(checkOf(outcome)).toBe(check);
    // Nothing was used up: a slip of the brand's does not cost it the assertion's id.
    expect(used.size).toBe(0);
  });

  /** jose signs no header that it does not know itself. */
  async function signWithCrit(header: Record<string, unknown>): Promise<string> {
    const [, payload, signature] = (await sign()).split('.');
    const changed = { alg: 'ES256', typ: 'parley-login+jwt', kid: 'brand-1', ...header };
    return `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${payload}.${signature}`;
  }

  test('signed by another key', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(checkOf(await verifier().verify(await sign({}, { key: stranger }), use))).toBe('signature');
  });

  test('changed after it was signed', async () => {
    const [header, , signature] = (await sign()).split('.');
    const payload = Buffer.from(JSON.stringify({ sub: 'c-sam' })).toString('base64url');
    expect(checkOf(await verifier().verify(`${header}.${payload}.${signature}`, use))).toBe('signature');
  });

  test('unsigned', async () => {
    const [, payload] = (await sign()).split('.');
    const header = Buffer.from('{"alg":"none","typ":"parley-login+jwt"}').toString('base64url');
    expect(checkOf(await verifier().verify(`${header}.${payload}.`, use))).toBe('alg');
  });

  test("signed with the brand's public key as if it were a shared secret", async () => {
    const { publicPem } = brand;
    const claims = JSON.parse(Buffer.from((await sign()).split('.')[1] ?? '', 'base64url').toString());
    const header = Buffer.from('{"alg":"HS256","typ":"parley-login+jwt","kid":"brand-1"}').toString(
      'base64url',
    );
    const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    const forged = `${text}.${createHmac('sha256', publicPem).update(text).digest('base64url')}`;
    expect(checkOf(await verifier().verify(forged, use))).toBe('alg');
    expect(checkOf(await verifier({ pem: publicPem }).verify(forged, use))).toBe('alg');
  });

  test('signed by a key where a secret is shared', async () => {
    const secret = 'a-shared-secret-of-more-than-32-bytes';
    expect(checkOf(await verifier({ secret }).verify(await sign(), use))).toBe('alg');
    const shared = await sign({}, { header: { alg: 'HS256' }, key: new TextEncoder().encode(secret) });
    expect(checkOf(await verifier({ secret }).verify(shared, use))).toBe('verified');
  });

  test('with a key of its own in its header', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const jwt = await sign({}, { key: privateKey, header: { jwk, kid: undefined } });
    expect(checkOf(await verifier().verify(jwt, use))).toBe('signature');
  });

  test('with another algorithm than the configured one', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const signed = (alg: string) => sign({}, { key: privateKey, header: { alg } });
    const only = verifier({ pem, alg: 'PS256' });
    expect(checkOf(await only.verify(await signed('RS256'), use))).toBe('alg');
    expect(checkOf(await only.verify(await signed('PS256'), use))).toBe('verified');
  });

  test('the second time, whoever brings it', async () => {
    const jwt = await sign();
    expect(checkOf(await verifier().verify(jwt, use))).toBe('verified');
    expect(checkOf(await verifier().verify(jwt, { ...use, clientId: 'web' }))).toBe('jti');
  });

  test.each([2, 20])('%i times at once, but for one', async (parallel) => {
    const jwt = await sign();
    const one = verifier();
    const outcomes = await Promise.all(Array.from({ length: parallel }, () => one.verify(jwt, use)));
    expect(outcomes.filter(({ kind }) => kind === 'verified')).toHaveLength(1);
  });

  test('with a reason for the operator and a sentence for the integrator, neither of which repeats it', async () => {
    const jwt = await sign({ aud: 'https://id.other.example', jti: 'the-one-id' });
    const outcome = await verifier().verify(jwt, use);
    expect(outcome).toMatchObject({
      check: 'aud',
      sentence: 'its aud must be this issuer, exactly and alone',
      detail: 'expected "https://id.acme.example", got "https://id.other.example"',
    });
    const text = JSON.stringify(outcome);
    for (const secret of ['the-one-id', 'c-dana', ...jwt.split('.')]) expect(text).not.toContain(secret);
  });
});

test('the example of docs/connect/assertion.md makes an assertion that is accepted', async () => {
  const text = await readFile(new URL('../../../docs/connect/assertion.md', import.meta.url), 'utf8');
  const [, example = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  const body = example.replace(/^import .*\n/, '').replace('const assertion = await', 'return');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // The example has a name for everything that it is given.
  // oxlint-disable-next-line typescript/no-implied-eval
  const run = new Function('SignJWT', 'account', 'privateKey', body);
  const jwt = await run(SignJWT, { id: 'c-dana' }, privateKey);
  const { iat } = decodeJwt(jwt);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'brand-1' };
  expect(checkOf(await verifier({ jwks: { keys: [jwk] } }, iat).verify(jwt, use))).toBe('verified');
});

describe('the parser', () => {
  test('never throws, whatever it is given', async () => {
    const one = verifier();
    const [header, payload, signature] = (await sign()).split('.');
    const part = fc.oneof(
      fc.base64String(),
      fc.string({ unit: 'binary' }),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.constantFrom(header ?? '', payload ?? '', signature ?? '', ''),
    );
    const jwts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 9000 }),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(jwts, async (jwt) => {
        fc.pre(jwt !== [header, payload, signature].join('.'));
        expect((await one.verify(jwt, use)).kind).toBe('refused');
      }),
      { numRuns: 300 },
    );
  });

  test('takes no signed claims but well-formed ones', async () => {
    const one = verifier();
    const names = ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'channel'];
    const changes = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(changes, async (claims) => {
        fc.pre(!Object.entries(claims).every(([name, value]) => isFine(name, value)));
        expect((await one.verify(await sign(claims), use)).kind).toBe('refused');
      }),
      { numRuns: 150 },
    );
  });

  function isFine(name: string, value: unknown): boolean {
    return ['sub', 'jti'].includes(name) && typeof value === 'string' && value !== '' && value.length < 256;
  }
});

describe('the keys of the brand', () => {
  test('are fetched once, and again for an unknown kid, but not for each', async () => {
    const server = await startListener((response) => response.end(JSON.stringify(brand.jwks)));
    const one = verifier({ jwks_uri: `${server.origin}/jwks.json` });
    expect(checkOf(await one.verify(await sign(), use))).toBe('verified');
    expect(checkOf(await one.verify(await sign(), use))).toBe('verified');
    for (let turn = 0; turn < 5; turn += 1) {
      const jwt = await sign({}, { header: { kid: `unknown-${turn}` } });
      expect(checkOf(await one.verify(jwt, use))).toBe('key');
    }
    expect(server.received).toHaveLength(1);
    await server.stop();
  });

  test('that cannot be had make the brand unavailable, which is nobody’s refusal', async () => {
    const server = await startListener((response) => {
      response.statusCode = 500;
      response.end();
    });
    const one = verifier({ jwks_uri: `${server.origin}/jwks.json` });
    const error = await one.verify(await sign(), use).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ParleyError);
    expect(error).toMatchObject({ code: 'directory_unavailable' });
    await server.stop();
  });
});
