import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { exportJWK, type JWK, SignJWT } from 'jose';

/** The brand's side of an assertion: its key, and assertions that are right unless a test says otherwise. */
export interface BrandSigner {
  jwks: { keys: JWK[] };
  publicPem: string;
  sign(claims?: Record<string, unknown>, more?: SigningOptions): Promise<string>;
}

export interface SigningOptions {
  header?: Record<string, unknown>;
  key?: KeyObject | Uint8Array;
  /** Seconds since the epoch. */
  now?: number;
}

export const brandIssuer = 'https://www.acme.example';

/** @param audience our issuer */
export async function createBrandSigner(
  audience: string,
  { kid = 'brand-1', now = () => Math.floor(Date.now() / 1000) } = {},
): Promise<BrandSigner> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] },
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign(claims = {}, more = {}) {
      const at = more.now ?? now();
      const payload = {
        iss: brandIssuer,
        aud: audience,
        iat: at,
        exp: at + 60,
        jti: randomUUID(),
        channel: 'front',
        ...claims,
      };
      const kept = Object.entries(payload).filter(([, value]) => value !== undefined);
      return new SignJWT(Object.fromEntries(kept))
        .setProtectedHeader({ alg: 'ES256', typ: 'parley-login+jwt', kid, ...more.header })
        .sign(more.key ?? privateKey);
    },
  };
}
