import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';

/** The shape and the soundness of `<brand>/signing.json`. */
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const named = { kid: z.string().min(1), use: z.literal('sig') };

const rsaKey = z.strictObject({
  ...named,
  kty: z.literal('RSA'),
  alg: z.literal('RS256'),
  n: base64url,
  e: base64url,
  d: base64url,
  p: base64url,
  q: base64url,
  dp: base64url,
  dq: base64url,
  qi: base64url,
});
const ecKey = z.strictObject({
  ...named,
  kty: z.literal('EC'),
  alg: z.literal('ES256'),
  crv: z.literal('P-256'),
  x: base64url,
  y: base64url,
  d: base64url,
});

export type SigningKey = z.output<typeof rsaKey> | z.output<typeof ecKey>;

export const signingFileSchema = z.strictObject({
  /** Newest first: of each algorithm the first signs. */
  keys: z
    .array(
      z.strictObject({ created_at: z.iso.datetime(), jwk: z.discriminatedUnion('kty', [rsaKey, ecKey]) }),
    )
    .min(1),
});

/** @returns what is wrong with the keys, in words that carry no key */
export function findUnsoundness(keys: readonly SigningKey[]): string | undefined {
  if (!keys.some(({ alg }) => alg === 'RS256')) return 'it has no RS256 key, which every ID token needs';
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) return 'two of its keys have one kid';
  for (const key of keys) {
    const reason = unsoundness(key);
    if (reason !== undefined) return `its key ${key.kid} ${reason}`;
  }
  return undefined;
}

/** Signs and verifies once: a damaged or mixed-up key is found at the start, not by the platform. */
function unsoundness(jwk: SigningKey): string | undefined {
  try {
    const privateKey = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
    const publicKey = createPublicKey(privateKey);
    const bits = publicKey.asymmetricKeyDetails?.modulusLength;
    if (jwk.kty === 'RSA' && (bits === undefined || bits < 2048)) return 'has fewer than 2048 bits';
    const probe = Buffer.from('parley');
    const sound = verify('sha256', probe, publicKey, sign('sha256', probe, privateKey));
    return sound ? undefined : 'does not verify what it signs';
  } catch {
    return 'is not a key';
  }
}
