import { type JWK, SignJWT } from 'jose';
import type { Signer } from './signer.ts';

/** Signs the claims with a key of ours, wherever its private half is. @param typ of the header */
export async function signJwt(
  claims: Record<string, unknown>,
  { jwk, signer, typ }: { jwk: JWK; signer: Signer | undefined; typ?: string },
): Promise<string> {
  const header = { alg: jwk.alg ?? 'RS256', ...(typ !== undefined && { typ }), kid: jwk.kid ?? '' };
  if (jwk.d !== undefined || !signer) return new SignJWT(claims).setProtectedHeader(header).sign(jwk);
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = await signer.sign(jwk, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
