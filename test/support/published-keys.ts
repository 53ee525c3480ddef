import { createRemoteJWKSet, type RemoteJWKSetOptions } from 'jose';

/** The issuer's key set as a relying party fetches it, with more patience than the library's: a busy machine may need it. */
export function publishedKeys(issuer: string, options: RemoteJWKSetOptions = {}) {
  return createRemoteJWKSet(new URL(`${issuer}/jwks`), { timeoutDuration: 60_000, ...options });
}
