import { compactDecrypt, decodeProtectedHeader } from 'jose';
import type { Connector } from './connector.ts';
import { LivePersonRefusal } from './refusal.ts';

/** Encrypted ID tokens: signed, then encrypted (RFC 7516). Everything that is wrong with one is LivePerson's 9012. */
export interface EncryptionHeader {
  alg: string;
  enc: string;
  /** Absent when the issuer was given none for the key. */
  kid?: string;
}

/** Documented is RSA-OAEP-256 alone; both content encryptions were seen in samples. */
const contentEncryptions = ['A256GCM', 'A128CBC-HS256'];

export function isEncrypted(idToken: string): boolean {
  return idToken.split('.').length === 5;
}

/** What can be said without the private key. @param kid what LivePerson calls its key */
export function checkEncryptionHeader(idToken: string, kid?: string): EncryptionHeader {
  const header = decodeHeader(idToken);
  const { alg = 'none', enc = 'none', cty } = header;
  if (alg !== 'RSA-OAEP-256') throw refuse(`The ID token is encrypted with ${alg}, not with RSA-OAEP-256.`);
  if (!contentEncryptions.includes(enc)) {
    throw refuse(`The content of the ID token is encrypted with ${enc}: ${contentEncryptions.join(' or ')}.`);
  }
  if (typeof cty !== 'string' || cty.toUpperCase() !== 'JWT') {
    throw refuse('The header of the encrypted ID token does not say that a JWT is inside (cty).');
  }
  if (kid !== undefined && header.kid !== kid) {
    throw refuse(`The ID token is encrypted to the key ${header.kid ?? '(unnamed)'}, not to ${kid}.`);
  }
  return { alg, enc, ...(header.kid !== undefined && { kid: header.kid }) };
}

/** The signed ID token inside. */
export async function openEncrypted(idToken: string, { decryption }: Connector): Promise<string> {
  if (!decryption) throw refuse('The ID token is encrypted, and this connector has no key for it.');
  checkEncryptionHeader(idToken, decryption.kid);
  try {
    const { plaintext } = await compactDecrypt(idToken, decryption.key);
    return new TextDecoder().decode(plaintext);
  } catch (cause) {
    throw refuse('The ID token does not open with the key of this connector.', cause);
  }
}

function decodeHeader(idToken: string): Record<string, string | undefined> {
  try {
    return { ...decodeProtectedHeader(idToken) } as Record<string, string | undefined>;
  } catch (cause) {
    throw refuse('The header of the encrypted ID token cannot be read.', cause);
  }
}

function refuse(sentence: string, cause?: unknown): LivePersonRefusal {
  return new LivePersonRefusal('encryption', sentence, cause === undefined ? undefined : { cause });
}
