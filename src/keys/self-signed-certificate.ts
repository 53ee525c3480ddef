import { createHash, createPrivateKey, sign } from 'node:crypto';
import type { JWK } from 'jose';
import { publicKeyObject } from './public-key.ts';

/**
 * A certificate (RFC 5280 section 4.1) around a key, signed by the key itself: for platforms that take a key in this
 * form only. It vouches for nothing that the key set does not say. Without extensions, and in DER (X.690).
 */
export interface CertificateFacts {
  /** Private. */
  jwk: JWK;
  /** The common name of subject and issuer. */
  name: string;
  /** Milliseconds since the epoch. */
  from: number;
  until: number;
}

/** @returns DER in base64, as `x5c` has it (RFC 7517 section 4.7) */
export function createSelfSignedCertificate({ jwk, name, from, until }: CertificateFacts): string {
  const algorithm = jwk.kty === 'RSA' ? sha256WithRsa : ecdsaWithSha256;
  const commonName = sequence(oid('0603550403'), element(0x0c, Buffer.from(name)));
  const distinguishedName = sequence(element(0x31, commonName));
  const toBeSigned = sequence(
    element(0xa0, element(0x02, Buffer.of(2))),
    element(0x02, serialOf(jwk)),
    algorithm,
    distinguishedName,
    sequence(timeOf(from), timeOf(until)),
    distinguishedName,
    publicKeyObject(jwk).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, createPrivateKey({ key: { ...jwk }, format: 'jwk' }));
  const certificate = sequence(toBeSigned, algorithm, element(0x03, Buffer.of(0), signature));
  return certificate.toString('base64');
}

/** 1.2.840.113549.1.1.11 and 1.2.840.10045.4.3.2 */
const sha256WithRsa = sequence(oid('06092a864886f70d01010b'), Buffer.from('0500', 'hex'));
const ecdsaWithSha256 = sequence(oid('06082a8648ce3d040302'));

/** Positive, and the same for the same key. */
function serialOf(jwk: JWK): Buffer {
  const serial = createHash('sha256')
    .update(jwk.kid ?? '')
    .digest()
    .subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** Section 4.1.2.5: two digits for the year until 2049, then four. */
function timeOf(time: number): Buffer {
  const digits = new Date(time).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

function oid(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, ...parts);
}

/** Tag, length, content (X.690 section 8.1). */
function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
