import { broken, decodeBase64 } from './decode.ts';
import { pbkdf2Hash } from './derive.ts';
import type { PasswordFormat, StoredHash } from './password-format.ts';

/**
 * ASP.NET Core Identity, version 3 (PasswordHasher.cs): base64 of the byte 1, then pseudo-random function,
 * iterations and salt length as 32-bit big-endian numbers, then salt and digest.
 */
export const aspnet: PasswordFormat = {
  // The bytes 1 0 0 0
  read: (hash) => (hash.startsWith('AQAAAA') ? readIdentity(hash) : undefined),
};

const format = 'ASP.NET Identity';
const digests = ['sha1', 'sha256', 'sha512'] as const;
const headerBytes = 13;

function readIdentity(hash: string): StoredHash {
  const bytes = decodeBase64(hash, format);
  if (bytes.length < headerBytes) throw broken(format);
  const digest = digests[bytes.readUInt32BE(1)];
  const saltLength = bytes.readUInt32BE(9);
  if (!digest || saltLength > bytes.length - headerBytes) throw broken(format);
  return pbkdf2Hash({
    format,
    digest,
    iterations: bytes.readUInt32BE(5),
    salt: bytes.subarray(headerBytes, headerBytes + saltLength),
    expected: bytes.subarray(headerBytes + saltLength),
  });
}
