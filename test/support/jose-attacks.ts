import {
  createCipheriv,
  createHmac,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** JWTs that no library would make, put together by hand. */

export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A JWS with this header and payload; a text is taken as it stands, so that keys may stand twice. */
export function signByHand(header: object, payload: object | string, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature =
    key.asymmetricKeyType === 'ec'
      ? sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
      : createSign('sha256').update(input).sign(key);
  return `${input}.${signature.toString('base64url')}`;
}

export function signWithSecret(header: object, payload: object, secret: string): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** Encrypted to nobody in particular: the header alone must end it. */
export function encryptByHand(header: object, plaintext: Buffer, encryptedKey = randomBytes(256)): string {
  const iv = randomBytes(12);
  const protectedHeader = encode(header);
  const cipher = createCipheriv('aes-256-gcm', randomBytes(32), iv).setAAD(Buffer.from(protectedHeader));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [
    protectedHeader,
    ...[encryptedKey, iv, body, cipher.getAuthTag()].map((part) => part.toString('base64url')),
  ].join('.');
}

/** 100 MB of one letter in a few kB. */
export const deflateBomb = (): Buffer => deflateRawSync(Buffer.alloc(100 * 2 ** 20, 'a'), { level: 9 });

export const deepArray = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const newKeyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
