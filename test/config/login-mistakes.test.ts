import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

/** One mistake in `login`, and the one line that the operator reads about it, without its place. */
async function faultsOf(login: object[], more: Record<string, string> = {}): Promise<string[]> {
  const config = await createTemporaryConfig({
    'config/brands/acme.yaml': `${goodBrand}${stringify({ login })}`,
    ...more,
  });
  try {
    return (await config.problems({}, brandChecks)).map(headline).map((line) => line.replace(/^\S+ /, ''));
  } finally {
    await config.remove();
  }
}

const session = (more: object = {}) => ({
  session: { url: 'https://www.acme.example/api/me', cookies: ['sid'], ...more },
});
const issuer = 'https://www.acme.example';
const assertion = (verify: object) => ({ assertion: { verify: { issuer, ...verify } } });
const secret = 'a-shared-secret-of-more-than-32-bytes';

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: typeof ec.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();

test('ways without a mistake have neither problem nor warning', async () => {
  const keys = { keys: [{ ...ec.publicKey.export({ format: 'jwk' }), kid: 'a' }] };
  for (const verify of [
    { secret },
    { secret, alg: 'HS256' },
    { pem: pemOf(ec.publicKey) },
    { jwks: keys, alg: 'ES256' },
    { jwks_uri: `${issuer}/jwks.json` },
  ]) {
    expect(await faultsOf([session(), assertion(verify), { password: {} }])).toEqual([]);
  }
  expect(await faultsOf([session({ url: 'http://127.0.0.1:8080/me' })])).toEqual([]);
});

describe('login', () => {
  test.each([
    ['an entry without a way', [{}], 'login[0]: names no way to sign in'],
    ['two ways in one entry', [{ ...session(), password: {} }], 'login[0]: names 2 ways to sign in'],
    ['one way twice', [{ password: {} }, { password: {} }], 'login[1].password: stands twice'],
    ['an unknown way', [{ magic: {} }], 'login[0].magic: unknown key'],
  ])('%s', async (_, login, line) => {
    expect(await faultsOf(login)).toContain(line);
  });
});

describe('login[].session', () => {
  test.each([
    ['http', session({ url: 'http://www.acme.example/me' }), 'login[0].session.url: must be https'],
    ['no URL', session({ url: '/me' }), 'login[0].session.url: must be an absolute URL'],
    [
      'a fragment',
      session({ url: 'https://www.acme.example/me#x' }),
      'login[0].session.url: must not have a fragment',
    ],
    [
      'user information',
      session({ url: 'https://a:b@www.acme.example/me' }),
      'login[0].session.url: must not contain user information',
    ],
    [
      'a cookie that cannot leave its host',
      session({ cookies: ['__Host-sid'] }),
      'login[0].session.cookies[0]: never reaches id.acme.example: a __Host- cookie stays at the host that set it',
    ],
    [
      "Parley's own cookie",
      session({ cookies: ['sid', '__Host-parley_acme_session'] }),
      'login[0].session.cookies[1]: is a cookie of Parley itself',
    ],
    ['no cookie', session({ cookies: [] }), 'login[0].session.cookies: must not be an empty list'],
    [
      'what is no cookie name',
      session({ cookies: ['sid; x'] }),
      'login[0].session.cookies[0]: has the wrong form',
    ],
    [
      'another site',
      session({ url: 'https://www.other.example/me' }),
      'login[0].session.url: warning: is on another site than the issuer: a cookie of that site never reaches Parley',
    ],
    [
      'no expression',
      session({ account: 'a ||' }),
      'login[0].session.account: not a JMESPath expression: it ends too early',
    ],
  ])('%s', async (_, way, line) => {
    expect(await faultsOf([way])).toEqual([line]);
  });

  test('61 a cookie that another brand on the same host names is refused, for the same site there is a warning', async () => {
    const other = (at: string) =>
      `brand: other\nissuer: ${at}\naccounts: { file: { path: accounts.yaml } }\n${stringify({
        login: [session({ url: 'https://www.acme.example/other/me' })],
      })}`;
    const at = 'login[0].session.cookies[0]:';
    const fault = 'is named by brands/acme.yaml too, and browsers may send one cookie to both';
    const onHost = { 'config/brands/other.yaml': other('https://id.acme.example:444') };
    const onSite = { 'config/brands/other.yaml': other('https://id2.acme.example') };
    expect(await faultsOf([session()], onHost)).toEqual([`${at} ${fault}`]);
    expect(await faultsOf([session()], onSite)).toEqual([`${at} warning: ${fault}`]);
    const asking = {
      'config/brands/other.yaml': onSite['config/brands/other.yaml'].replace('/other/me', '/api/me'),
    };
    expect(await faultsOf([session()], asking)).toEqual([]);
  });
});

describe('login[].assertion.verify', () => {
  const at = 'login[0].assertion.verify';
  test.each([
    ['no key', {}, `${at}: has no key`],
    ['two keys', { secret, pem: pemOf(ec.publicKey) }, `${at}.secret: stands beside pem`],
    ['a key set over http', { jwks_uri: 'http://www.acme.example/jwks' }, `${at}.jwks_uri: must be https`],
    ['a short secret', { secret: 'short' }, `${at}: secret is shorter than 32 bytes`],
    ['a short RSA key', { pem: pemOf(rsa.publicKey) }, `${at}: an RSA key needs 2048 bits or more`],
    [
      'a private key',
      { pem: ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      `${at}: pem is a private key: it belongs to the brand alone`,
    ],
    [
      'a private key in a set',
      { jwks: { keys: [ec.privateKey.export({ format: 'jwk' })] } },
      `${at}: jwks holds a private or secret key: it belongs to the brand alone`,
    ],
    ['what is no key', { pem: 'x' }, `${at}: pem is not a public key or certificate`],
    [
      'a secret with an algorithm of keys',
      { secret, alg: 'RS256' },
      `${at}: alg RS256 does not fit the key: HS256`,
    ],
    [
      'a key with the algorithm of secrets',
      { pem: pemOf(ec.publicKey), alg: 'HS256' },
      `${at}: alg HS256 does not fit the key: ES256`,
    ],
  ])('%s', async (_, verify, line) => {
    const faults = await faultsOf([assertion(verify)]);
    expect(faults).toEqual([line]);
    expect(faults.join()).not.toContain(secret);
  });
});
