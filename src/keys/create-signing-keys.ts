import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { SigningAlgorithm } from './signing-entry.ts';
import type { SigningKey } from './signing-key-schema.ts';

/**
 * A brand's first signing keys: RS256, which every platform reads, and ES256. RSA has 2048 bits because that
 * is what LivePerson documents for its pasted key.
 */
export async function createSigningKeys(): Promise<SigningKey[]> {
  return Promise.all([createSigningKey('RS256'), createSigningKey('ES256')]);
}

/**
 * `kid` is the RFC 7638 thumbprint: the same key never has two names. None begins with a dash, for a command line
 * would take it for an option.
 */
export async function createSigningKey(alg: SigningAlgorithm): Promise<SigningKey> {
  for (;;) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    if (!kid.startsWith('-')) return { ...jwk, kid, use: 'sig', alg } as SigningKey;
  }
}
