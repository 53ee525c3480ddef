import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { broken } from './decode.ts';
import { checkCost, checkDigest } from './hash-limits.ts';
import type { StoredHash } from './password-format.ts';

/** Stored hashes whose digest Node itself derives, off the main thread. */

const derivePbkdf2 = promisify(pbkdf2);

export interface Pbkdf2Hash {
  format: string;
  digest: 'sha1' | 'sha256' | 'sha512';
  iterations: number;
  salt: Buffer;
  expected: Buffer;
}

/** RFC 8018 section 5.2. @throws UnusableHash */
export function pbkdf2Hash({ format, digest, iterations, salt, expected }: Pbkdf2Hash): StoredHash {
  checkCost(format, { pbkdf2Iterations: iterations });
  checkDigest(format, expected);
  return {
    cost: `pbkdf2:${digest}:${iterations}:${expected.length}`,
    async verify(password) {
      return timingSafeEqual(
        await derivePbkdf2(password, salt, iterations, expected.length, digest),
        expected,
      );
    },
  };
}

export interface ScryptHash {
  format: string;
  /** Cost, block size, lanes: N, r and p of RFC 7914. */
  N: number;
  r: number;
  p: number;
  salt: Buffer;
  expected: Buffer;
}

/** RFC 7914. @throws UnusableHash */
export function scryptHash({ format, N, r, p, salt, expected }: ScryptHash): StoredHash {
  const memory = (N * r) / 8;
  checkCost(format, { memory: Math.ceil(memory), scryptWork: Math.ceil(memory * p) });
  checkDigest(format, expected);
  if (N < 2 || !Number.isInteger(Math.log2(N))) throw broken(format);
  return {
    cost: `scrypt:${N}:${r}:${p}:${expected.length}`,
    async verify(password) {
      const maxmem = 128 * N * r + 128 * r * p + 1_048_576;
      return timingSafeEqual(
        await deriveScrypt(password, salt, { length: expected.length, N, r, p, maxmem }),
        expected,
      );
    },
  };
}

function deriveScrypt(
  password: string,
  salt: Buffer,
  { length, ...options }: { length: number; N: number; r: number; p: number; maxmem: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
