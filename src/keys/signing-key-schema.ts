import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { findWrongChain } from './certificates.ts';

/** The shape and the soundness of `<brand>/signing.json`. */
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const named = {
  kid: z.string().min(1),
  use: z.literal('sig'),
  /** RFC 7517 section 4.7: DER in base64, the key's own certificate first. */
  x5c: z.array(z.base64()).min(1).exactOptional(),
};

const rsaPublic = { ...named, kty: z.literal('RSA'), alg: z.literal('RS256'), n: base64url, e: base64url };
const ecPublic = {
  ...named,
  kty: z.literal('EC'),
  alg: z.literal('ES256'),
  crv: z.literal('P-256'),
  x: base64url,
  y: base64url,
};
const rsaPrivate = { d: base64url, p: base64url, q: base64url, dp: base64url, dq: base64url, qi: base64url };

const privateKey = z.discriminatedUnion('kty', [
  z.strictObject({ ...rsaPublic, ...rsaPrivate }),
  z.strictObject({ ...ecPublic, d: base64url }),
]);
const publicKey = z.discriminatedUnion('kty', [z.strictObject(rsaPublic), z.strictObject(ecPublic)]);

/** Private, or for a key in an agent its public half. */
export type SigningKey = z.output<typeof privateKey> | z.output<typeof publicKey>;

const times = {
  created_at: z.iso.datetime(),
  wanted_from: z.iso.datetime().optional(),
  signs_from: z.iso.datetime().optional(),
  acknowledged: z.record(z.string(), z.iso.datetime()).optional(),
};

export const signingFileSchema = z.strictObject({
  keys: z
    .array(
      z.union([
        z.strictObject({ ...times, jwk: privateKey }),
        /** The agent has the private half. */
        z.strictObject({ ...times, agent: z.literal(true), jwk: publicKey }),
      ]),
    )
    .min(1),
});

export type SigningFile = z.output<typeof signingFileSchema>;

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
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (jwk.kty === 'RSA' && (bits === undefined || bits < 2048)) return 'has fewer than 2048 bits';
    const wrongChain = findWrongChain(jwk);
    if (wrongChain !== undefined || !('d' in jwk)) return wrongChain;
    const probe = Buffer.from('parley');
    const signature = sign('sha256', probe, createPrivateKey({ key: { ...jwk }, format: 'jwk' }));
    return verify('sha256', probe, key, signature) ? undefined : 'does not verify what it signs';
  } catch {
    return 'is not a key';
  }
}
