import type { JWK } from 'jose';
import { readWire, writeMpint, writeString } from './ssh-wire.ts';

/** SSH's names for what JOSE calls by its own: RSA keys (RFC 4253 section 6.6) and P-256 keys (RFC 5656 section 3.1). */

/** The name of the key for the agent. */
export function toSshKey(jwk: JWK): Buffer {
  if (jwk.kty === 'RSA')
    return Buffer.concat([writeString('ssh-rsa'), writeMpint(decode(jwk.e)), writeMpint(decode(jwk.n))]);
  const point = Buffer.concat([Buffer.of(4), decode(jwk.x), decode(jwk.y)]);
  return Buffer.concat([writeString('ecdsa-sha2-nistp256'), writeString('nistp256'), writeString(point)]);
}

/** undefined: a key of another kind, which signs nothing that Parley issues. */
export function fromSshKey(key: Buffer): JWK | undefined {
  const reader = readWire(key);
  const type = reader.string().toString();
  if (type === 'ssh-rsa') {
    const [e, n] = [reader.mpint(), reader.mpint()];
    return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
  }
  if (type !== 'ecdsa-sha2-nistp256') return undefined;
  reader.string();
  const point = reader.string();
  if (point.length !== 65 || point[0] !== 4) return undefined;
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  return { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') };
}

/** The signature as JOSE wants it. @throws RangeError, TypeError when the agent used another algorithm */
export function fromSshSignature(jwk: JWK, signature: Buffer): Uint8Array {
  const reader = readWire(signature);
  const type = reader.string().toString();
  const blob = reader.string();
  if (jwk.kty === 'RSA' && type === 'rsa-sha2-256') return padLeft(blob, decode(jwk.n).length);
  if (jwk.kty === 'EC' && type === 'ecdsa-sha2-nistp256') {
    const parts = readWire(blob);
    return Buffer.concat([padLeft(parts.mpint(), 32), padLeft(parts.mpint(), 32)]);
  }
  throw new TypeError(`the agent signed with ${type.replaceAll(/[^\w-]/g, '?').slice(0, 40)}`);
}

function padLeft(value: Buffer, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, length - value.length)), value]);
}

function decode(member: string | undefined): Buffer {
  return Buffer.from(member ?? '', 'base64url');
}
