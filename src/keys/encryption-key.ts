import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import { KeyError } from './key-error.ts';

/**
 * A platform's public RSA key for encrypted ID tokens (RFC 7516, RSA-OAEP-256), in whatever form the platform
 * hands it out: JWK, PEM certificate, PEM public key, or either of the two in bare base64.
 *
 * Checked when the client is loaded, because the JOSE library refuses a short key only when the first ID token
 * is due.
 */
export function parseEncryptionKey(text: string): JWK {
  const trimmed = text.trim();
  const { key, kid } = trimmed.startsWith('{')
    ? parseJwk(trimmed)
    : { key: parseEncoded(trimmed), kid: undefined };
  if (key.asymmetricKeyType !== 'rsa') throw refuse('it is not an RSA key, and RSA-OAEP-256 needs one');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048) throw refuse(`it has ${bits} bits: ask the platform for an RSA key of 2048 bits or more`);
  const { n, e } = key.export({ format: 'jwk' });
  return { kty: 'RSA', ...(n && { n }), ...(e && { e }), ...(kid !== undefined && { kid }) };
}

const jwkSchema = z.looseObject({
  kty: z.string(),
  n: z.string().optional(),
  e: z.string().optional(),
  kid: z.string().optional(),
});

/** RFC 7518 sections 6.2.2, 6.3.2, 6.4.1. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

function parseJwk(text: string): { key: KeyObject; kid: string | undefined } {
  const parsed = jwkSchema.safeParse(parseJson(text));
  if (!parsed.success) throw refuse('it is JSON but not a JWK; of a JWK set, take one key');
  if (privateMembers.some((name) => parsed.data[name] !== undefined)) throw refusePrivate();
  const { kty, n, e, kid } = parsed.data;
  if (kty !== 'RSA' || n === undefined || e === undefined) {
    throw refuse('it is not an RSA key, and RSA-OAEP-256 needs one');
  }
  const key = attempt(() => createPublicKey({ key: { kty, n, e }, format: 'jwk' }));
  if (!key) throw refuse('its n and e are not an RSA key');
  return { key, kid };
}

function parseEncoded(text: string): KeyObject {
  if (text.includes('PRIVATE KEY')) throw refusePrivate();
  const pem = text.startsWith('-----BEGIN');
  const bytes = pem ? undefined : parseBase64(text);
  // Node derives the public key from a private one without a word.
  if (bytes && isPrivate(bytes)) throw refusePrivate();
  const key = pem
    ? (attempt(() => new X509Certificate(text).publicKey) ?? attempt(() => createPublicKey(text)))
    : bytes &&
      (attempt(() => createPublicKey({ key: bytes, format: 'der', type: 'spki' })) ??
        attempt(() => new X509Certificate(bytes).publicKey));
  if (!key) throw refuse('it is none of: JWK, PEM certificate, PEM public key, base64 public key');
  return key;
}

function isPrivate(der: Buffer): boolean {
  return (['pkcs8', 'pkcs1', 'sec1'] as const).some(
    (type) => attempt(() => createPrivateKey({ key: der, format: 'der', type })) !== undefined,
  );
}

function parseBase64(text: string): Buffer | undefined {
  const compact = text.replaceAll(/\s+/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(compact) ? Buffer.from(compact, 'base64') : undefined;
}

function parseJson(text: string): unknown {
  return attempt(() => JSON.parse(text) as unknown);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function refuse(reason: string): KeyError {
  return new KeyError('broken', `the encryption key cannot be used: ${reason}`);
}

function refusePrivate(): KeyError {
  return refuse('it is a private key. The platform keeps that one for itself: treat it as known to others');
}
