import { broken, decodeBase64, decodeNumber, readParameters, splitHash } from './decode.ts';
import { type Pbkdf2Hash, pbkdf2Hash } from './derive.ts';
import type { PasswordFormat } from './password-format.ts';

/** `$pbkdf2-sha256$29000$salt$digest` (passlib; `$pbkdf2$` is SHA-1), or `$pbkdf2-sha256$i=29000$…` (PHC). */
export const pbkdf2: PasswordFormat = {
  read(hash) {
    const kind = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$/.exec(hash);
    if (!kind) return undefined;
    const [, , cost = '', salt = '', digest = ''] = splitHash(hash, 5, 'pbkdf2');
    const expected = decodeBase64(digest, 'pbkdf2');
    const { i = cost, l } = readParameters(cost);
    if (l !== undefined && decodeNumber(l) !== expected.length) throw broken('pbkdf2');
    return pbkdf2Hash({
      format: 'pbkdf2',
      digest: (kind[1] ?? 'sha1') as Pbkdf2Hash['digest'],
      iterations: decodeNumber(i),
      salt: decodeBase64(salt, 'pbkdf2'),
      expected,
    });
  },
};
