import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';

/** What of a key may leave this machine. */

/** RFC 7518 section 6: the public members; a list of what is allowed, because new private members may be invented. */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg', 'x5c'] as const;

export function publicJwk(jwk: JWK): JWK {
  const copy: JWK = {};
  for (const name of publicMembers) if (jwk[name] !== undefined) Object.assign(copy, { [name]: jwk[name] });
  return copy;
}

/** What `/jwks` answers. */
export function publicJwks({ jwks }: { jwks: { keys: readonly JWK[] } }): { keys: JWK[] } {
  return { keys: jwks.keys.map(publicJwk) };
}

/**
 * The key as LivePerson's "JWT Public Key" field wants it: SubjectPublicKeyInfo (RFC 5280 section 4.1) in
 * base64 on one line, without PEM header and footer.
 */
export function pastedKey(jwk: JWK): string {
  return publicKeyObject(jwk).export({ type: 'spki', format: 'der' }).toString('base64');
}

export function publicKeyObject(jwk: JWK): KeyObject {
  const { kid: _kid, use: _use, alg: _alg, x5c: _x5c, ...material } = publicJwk(jwk);
  return createPublicKey({ key: { ...material }, format: 'jwk' });
}
