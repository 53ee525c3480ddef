import { verify } from '@node-rs/bcrypt';
import { broken, decodeNumber } from './decode.ts';
import { checkCost } from './hash-limits.ts';
import type { PasswordFormat, StoredHash } from './password-format.ts';

/**
 * `$2b$12$` and 53 characters; also 2a, 2y (PHP) and 2x. bcrypt reads 72 bytes of a password and ignores the rest,
 * so whatever follows them is right here, as it is at the login that made the hash.
 */
export const bcrypt: PasswordFormat = {
  read: (hash) => (/^\$2[abxy]?\$/.test(hash) ? readBcrypt(hash) : undefined),
};

/** @param prepare what a format does to the password before bcrypt sees it. @throws UnusableHash */
export function readBcrypt(
  hash: string,
  prepare: (password: string) => string = (password) => password,
): StoredHash {
  const [, variant, cost, rest] = /^\$2([abxy])\$(\d\d)\$([./A-Za-z0-9]{53})$/.exec(hash) ?? [];
  if (variant === undefined) throw broken('bcrypt');
  checkCost('bcrypt', { bcryptCost: decodeNumber(cost) });
  return {
    cost: `bcrypt:${cost}`,
    verify(password) {
      const key = Buffer.from(prepare(password));
      // 2a, 2b and 2y are names for one computation, and the library says false to the right password of 2y.
      return verify(variant === 'x' ? signExtend(key) : key, `$2b$${cost}$${rest}`);
    },
  };
}

/**
 * crypt_blowfish before 1.1 took each byte as a signed number: one above 127 set all bits before it in its word.
 * The 72 bytes that came out of it are a key like any other, so today's bcrypt verifies 2x when it is given them.
 */
function signExtend(password: Buffer): Buffer {
  const repeated = Buffer.alloc(72, Buffer.concat([password, Buffer.of(0)]));
  const key = Buffer.alloc(72);
  for (let at = 0; at < key.length; at += 4) {
    let word = 0;
    for (const byte of repeated.subarray(at, at + 4)) word = (word << 8) | ((byte << 24) >> 24);
    key.writeInt32BE(word, at);
  }
  return key;
}
