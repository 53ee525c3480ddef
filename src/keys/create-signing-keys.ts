import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/**
 * A brand's first signing keys: RS256, which every platform reads, and ES256. RSA has 2048 bits because that
 * is what LivePerson documents for its pasted key.
 */
export async function createSigningKeys(): Promise<JWK[]> {
  return Promise.all([createSigningKey('RS256'), createSigningKey('ES256')]);
}

/** `kid` is the RFC 7638 thumbprint: the same key never has two names. */
async function createSigningKey(alg: 'RS256' | 'ES256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg };
}
