import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

/** A relying party's own signing key: the public half is registered, the private half signs. */
export interface ClientKey {
  jwk: JWK;
  sign(payload: JWTPayload): Promise<string>;
}

export async function createClientKey(kid = 'client-key'): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' },
    sign: (payload) => new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey),
  };
}

/** The attack of RFC 8725 section 2.1: the public key's bytes as the secret of a symmetric signature. */
export function signWithPublicKey(payload: JWTPayload, { jwk }: ClientKey): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'HS256', kid: jwk.kid ?? '' })
    .sign(new TextEncoder().encode(JSON.stringify(jwk)));
}

export function withoutSignature(payload: JWTPayload): string {
  return new UnsecuredJWT(payload).encode();
}

/** A client assertion (RFC 7523 section 3), valid for a minute. */
export function assertionClaims(client: { issuer: string; clientId: string }): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: client.clientId,
    sub: client.clientId,
    aud: client.issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
}

export const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
