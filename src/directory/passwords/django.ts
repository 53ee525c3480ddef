import { createHash } from 'node:crypto';
import { argon2 } from './argon2.ts';
import { readBcrypt } from './bcrypt.ts';
import { broken, decodeBase64, decodeNumber, splitHash } from './decode.ts';
import { pbkdf2Hash, scryptHash } from './derive.ts';
import type { PasswordFormat, StoredHash } from './password-format.ts';

/**
 * Django's `<algorithm>$…` (django/contrib/auth/hashers.py): its PBKDF2, argon2, bcrypt and scrypt hashers. The
 * salt of PBKDF2 and scrypt is a text that is used as it stands.
 */
export const django: PasswordFormat = {
  read(hash) {
    const [, algorithm = '', rest = ''] = /^([a-z0-9_]+)\$(.*)$/s.exec(hash) ?? [];
    return readers.get(algorithm)?.(rest);
  },
};

const readers = new Map<string, (rest: string) => StoredHash>([
  ['pbkdf2_sha256', (rest) => readPbkdf2(rest, 'sha256')],
  ['pbkdf2_sha1', (rest) => readPbkdf2(rest, 'sha1')],
  ['argon2', (rest) => readArgon2(`$${rest}`)],
  ['bcrypt', (rest) => readBcrypt(rest)],
  ['bcrypt_sha256', (rest) => readBcrypt(rest, sha256)],
  ['scrypt', readScrypt],
]);

function readArgon2(hash: string): StoredHash {
  const stored = argon2.read(hash);
  if (!stored) throw broken('Django argon2');
  return stored;
}

function readPbkdf2(rest: string, digest: 'sha1' | 'sha256'): StoredHash {
  const format = 'Django PBKDF2';
  const [iterations, salt = '', expected = ''] = splitHash(rest, 3, format);
  return pbkdf2Hash({
    format,
    digest,
    iterations: decodeNumber(iterations),
    salt: Buffer.from(salt),
    expected: decodeBase64(expected, format),
  });
}

function readScrypt(rest: string): StoredHash {
  const format = 'Django scrypt';
  const [N, salt = '', r, p, expected = ''] = splitHash(rest, 5, format);
  return scryptHash({
    format,
    N: decodeNumber(N),
    r: decodeNumber(r),
    p: decodeNumber(p),
    salt: Buffer.from(salt),
    expected: decodeBase64(expected, format),
  });
}

function sha256(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}
