import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';

/**
 * A relying party that keeps a key set for as long as it was told, and asks for no other one in between: the kind that
 * a rotation has to wait for.
 */
export interface CachingRelyingParty {
  /** Verifies as it would at that moment. @returns the key's id; rejects where it refuses the token */
  verify(idToken: string): Promise<string>;
}

export interface CachingOptions {
  jwksUri: string;
  /** Milliseconds. */
  keepFor: number;
  /** Milliseconds since the epoch, of the relying party's own clock. */
  now(): number;
}

export function createCachingRelyingParty({ jwksUri, keepFor, now }: CachingOptions): CachingRelyingParty {
  let cached: { keys: JSONWebKeySet; until: number } | undefined;
  return {
    async verify(idToken) {
      if (!cached || now() >= cached.until) {
        const keys = (await (await fetch(jwksUri)).json()) as JSONWebKeySet;
        cached = { keys, until: now() + keepFor };
      }
      await jwtVerify(idToken, createLocalJWKSet(cached.keys));
      return decodeProtectedHeader(idToken).kid ?? '';
    },
  };
}
