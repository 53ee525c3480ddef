import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { KeyError } from '../../src/keys/key-error.ts';
import { parseEncryptionKey } from '../../src/keys/encryption-key.ts';
import { keysCheck } from '../../src/keys/keys-check.ts';

/** Public, made for this test; its private key was thrown away. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIDJzCCAg+gAwIBAgIUdA2OEoDOQbGiN6Lv/fygsp+jEjwwDQYJKoZIhvcNAQEL
BQAwIjEgMB4GA1UEAwwXcGFybGV5IHRlc3QgY2VydGlmaWNhdGUwIBcNMjYxMTIx
MDM0NjUxWhgPMjEyNjEwMjgwMzQ2NTFaMCIxIDAeBgNVBAMMF3BhcmxleSB0ZXN0
IGNlcnRpZmljYXRlMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAy+BV
y2UKuswVnLGFtgNRZKCz4QeUXK0Je/BlNDSugf7t6wdPCgJ0Ry0s3AKtfJtGxAfg
MYuk8nbuP5dixpvdbUItm01TRDtzFTGLcrdwkG7bEE9yn/+6uwlZLVRuRpQDPtXu
SUa8mQJoNPoL8m8P3wsc+QJ2OevzAiEVkHfb9U5QcuY3zUk5GEmbMrWVPi0g5J0b
RsJxtthGeVUGfPB+UJFnmX+1GQ2cv94BrhJrbTQ4ehQyjFjjC3ECGkqUaHHCGKRi
ySjB5Tww4qJl7B4n5vAhuwP5LyxrYnfCUEu/ihCwyt8xLfQzXXDKUSSc9lLeV0b8
8lVKt+OUAGfJlEPMhQIDAQABo1MwUTAdBgNVHQ4EFgQU+A+0dEWKLC5ZYhafYHQT
FcsZIfMwHwYDVR0jBBgwFoAU+A+0dEWKLC5ZYhafYHQTFcsZIfMwDwYDVR0TAQH/
BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEANh3kP0ZXtFssUTYCd075Flgmf449
2EEjHpMYcw8N4iM+BgcnofBcPptJfY22fSBPN/eVk7W0PY7DzcN31DVKAz9naqsg
TnnN0sCuNT03Q0YJvpkfLdYfFpqp+0DGCpXk3fhz5RNF8j9Pr6WoTsnlrtyTA7B8
p4QTUy+niNnXsus5wEqO51v+fuXJI7G2feSlDety/g/GdKwXJcIQPDM+ft5GxUKP
7pYpuzAg+WIF8EyXKm5SU48HTILRtdx0Lv3dOi+6M/JWQkarvfO1KPbkFuOJgQwP
NkSTb/yK8Q3/1DuskxNEHXQMg7YC7ukkfqv2EFx+unVXOCnwbUHk61b0eA==
-----END CERTIFICATE-----
`;

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = publicKey.export({ format: 'jwk' });
const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

function refusalOf(text: string): string {
  try {
    parseEncryptionKey(text);
  } catch (error) {
    if (error instanceof KeyError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('an encryption key', () => {
  const expected = { kty: 'RSA', n: jwk.n, e: jwk.e };
  test.each([
    ['JWK', JSON.stringify(jwk), expected],
    [
      'JWK with a kid',
      JSON.stringify({ ...jwk, kid: 'lpsso2026', use: 'enc' }),
      { ...expected, kid: 'lpsso2026' },
    ],
    ['PEM public key', publicKey.export({ type: 'spki', format: 'pem' }).toString(), expected],
    ['PEM RSA public key', publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(), expected],
    ['bare base64', spki, expected],
    ['base64 in lines, with blanks around', `  \n${spki.replaceAll(/(.{64})/g, '$1\n')}\n`, expected],
  ])('is read as %s', (_form, text, result) => {
    expect(parseEncryptionKey(text)).toEqual(result);
  });

  test.each([
    ['PEM', certificate],
    ['bare base64', certificate.replaceAll(/-----[A-Z ]+-----|\n/g, '')],
  ])('is read out of a certificate as %s', (_form, text) => {
    const inside = new X509Certificate(certificate).publicKey.export({ format: 'jwk' });
    expect(parseEncryptionKey(text)).toEqual({ kty: 'RSA', n: inside.n, e: inside.e });
  });

  test.each([1024, 2047])('of %i bits is refused with its size', (bits) => {
    const weak = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey;
    const pem = weak.export({ type: 'spki', format: 'pem' }).toString();
    expect(refusalOf(pem)).toContain(`it has ${bits} bits: ask the platform for an RSA key of 2048 bits`);
    expect(refusalOf(JSON.stringify(weak.export({ format: 'jwk' })))).toContain(`${bits} bits`);
  });

  test.each([
    ['JWK', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['PEM (PKCS 8)', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['PEM (PKCS 1)', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['bare base64 (PKCS 8)', privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')],
    ['bare base64 (PKCS 1)', privateKey.export({ type: 'pkcs1', format: 'der' }).toString('base64')],
    ['shared secret', '{"kty":"oct","k":"AAAA"}'],
  ])('that is private is refused in words and not repeated: %s', (_form, text) => {
    const message = refusalOf(text);
    expect(message).toContain('private key');
    expect(message.length).toBeLessThan(200);
  });

  test.each([
    [
      'an EC key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString(),
      'not an RSA key',
    ],
    ['an EC JWK', '{"kty":"EC","crv":"P-256","x":"a","y":"b"}', 'not an RSA key'],
    ['a JWK set', JSON.stringify({ keys: [jwk] }), 'take one key'],
    ['a JWK without a modulus', '{"kty":"RSA","e":"AQAB"}', 'not an RSA key'],
    ['words', 'the key is in the mail', 'none of'],
    ['base64 of something else', 'AAAAAAAA', 'none of'],
    ['nothing', '', 'none of'],
    ['a cut PEM', '-----BEGIN PUBLIC KEY-----\nMIIB', 'none of'],
    ['a JWK of numbers', '{"kty":"RSA","n":1,"e":2}', 'not a JWK'],
  ])('that is %s is refused', (_title, text, message) => {
    expect(refusalOf(text)).toContain(message);
  });
});

describe('the check of a brand', () => {
  test('finds unusable encryption keys and private client keys, with their paths', () => {
    const problems = keysCheck({
      keys: { certificates: [] },
      clients: [
        {},
        { encryption: { key: 'nonsense' } },
        { jwks: { keys: [{ kty: 'RSA' }, { kty: 'EC', d: 'secret-part' }] } },
        { encryption: { key: spki } },
      ],
    });
    expect(problems.map(({ path, severity }) => [path.join('.'), severity])).toEqual([
      ['clients.1.encryption.key', 'error'],
      ['clients.2.jwks.keys.1', 'error'],
    ]);
    expect(JSON.stringify(problems)).not.toContain('secret-part');
  });
});
