import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type CompactVerifyGetKey,
  type JSONWebKeySet,
} from 'jose';
import type { AssertionSettings } from './contract.ts';

/** The key that an assertion is verified with, and the algorithms that this kind of key may have signed with. */
export interface AssertionKeys {
  algorithms: string[];
  find: CompactVerifyGetKey;
}

export interface AssertionKeysOptions {
  /** Ends by itself: the library's own time-out is ignored. */
  fetch: FetchImplementation;
}

const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const byCurve: Readonly<Record<string, string[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};

const shortestSecret = 32;
const shortestModulus = 2048;

/**
 * A public key never verifies an HMAC, nor a shared secret a signature: else whoever knows the public key could
 * sign (RS256 → HS256 confusion, RFC 8725 section 3.1).
 *
 * @throws Error with a sentence for the operator when the key cannot be used
 */
export function createAssertionKeys(
  settings: AssertionSettings,
  { fetch }: AssertionKeysOptions,
): AssertionKeys {
  const { fits, find } = openKey(settings, fetch);
  const algorithms = settings.alg === undefined ? fits : fits.filter((alg) => alg === settings.alg);
  if (algorithms.length === 0)
    throw new Error(`alg ${settings.alg} does not fit the key: ${fits.join(', ')}`);
  return { algorithms, find };
}

function openKey(
  { jwks_uri: uri, jwks, pem, secret }: AssertionSettings,
  fetch: FetchImplementation,
): { fits: string[]; find: CompactVerifyGetKey } {
  if (secret !== undefined) return { fits: ['HS256'], find: always(readSecret(secret)) };
  if (pem !== undefined) {
    const key = readPem(pem);
    return { fits: algorithmsOf(key), find: always(key) };
  }
  if (jwks !== undefined) return readKeySet(jwks);
  if (uri === undefined) throw new Error('one of jwks_uri, jwks, pem and secret is needed');
  // An unknown kid asks the brand again, but only every 30 s: a stranger's assertions must not become its load.
  const remote = createRemoteJWKSet(new URL(uri), {
    [customFetch]: fetch,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  return { fits: asymmetric, find: remote };
}

function always<Key>(key: Key): () => Promise<Key> {
  return () => Promise.resolve(key);
}

function readSecret(secret: string): Uint8Array {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < shortestSecret) throw new Error(`secret is shorter than ${shortestSecret} bytes`);
  return bytes;
}

function readPem(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY')) throw new Error('pem is a private key: it belongs to the brand alone');
  try {
    return createPublicKey(pem);
  } catch {
    throw new Error('pem is not a public key or certificate');
  }
}

function readKeySet(jwks: JSONWebKeySet): { fits: string[]; find: CompactVerifyGetKey } {
  const fits = jwks.keys.flatMap((key) => {
    if ('d' in key || 'k' in key)
      throw new Error('jwks holds a private or secret key: it belongs to the brand alone');
    try {
      return algorithmsOf(createPublicKey({ key, format: 'jwk' }));
    } catch (error) {
      const reason = error instanceof KeyFault ? error.message : 'a key cannot be read';
      throw new Error(`jwks: ${reason}`, { cause: error });
    }
  });
  return { fits: [...new Set(fits)], find: createLocalJWKSet(jwks) };
}

/** A key that can be read and is not good enough. */
class KeyFault extends Error {}

function algorithmsOf(key: KeyObject): string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    if ((details?.modulusLength ?? 0) < shortestModulus) {
      throw new KeyFault(`an RSA key needs ${shortestModulus} bits or more`);
    }
    return asymmetric.filter((alg) => /^[RP]S/.test(alg));
  }
  const fits = type === 'ed25519' ? ['EdDSA', 'Ed25519'] : byCurve[details?.namedCurve ?? ''];
  if (!fits) throw new KeyFault('a key must be RSA, P-256, P-384, P-521 or Ed25519');
  return fits;
}
