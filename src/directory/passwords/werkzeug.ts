import { broken, decodeHex, decodeNumber, splitHash } from './decode.ts';
import { type Pbkdf2Hash, pbkdf2Hash, scryptHash } from './derive.ts';
import type { PasswordFormat, StoredHash } from './password-format.ts';

/** Flask's `scrypt:32768:8:1$salt$hex` and `pbkdf2:sha256:600000$salt$hex` (werkzeug.security). */
export const werkzeug: PasswordFormat = {
  read: (hash) => (/^(?:scrypt|pbkdf2):/.test(hash) ? readWerkzeug(hash) : undefined),
};

const format = 'Werkzeug';

function readWerkzeug(hash: string): StoredHash {
  const [method = '', saltText = '', hex = ''] = splitHash(hash, 3, format);
  const [name, ...numbers] = method.split(':');
  const [first, second, third] = numbers;
  const common = { format, salt: Buffer.from(saltText), expected: decodeHex(hex, format) };
  if (name === 'scrypt') {
    return scryptHash({
      ...common,
      N: decodeNumber(first),
      r: decodeNumber(second),
      p: decodeNumber(third),
    });
  }
  if (!/^sha(?:1|256|512)$/.test(first ?? '')) throw broken(format);
  return pbkdf2Hash({
    ...common,
    digest: first as Pbkdf2Hash['digest'],
    iterations: decodeNumber(second),
  });
}
