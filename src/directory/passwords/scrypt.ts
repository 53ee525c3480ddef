import { decodeBase64, decodeNumber, readParameters, splitHash } from './decode.ts';
import { scryptHash } from './derive.ts';
import type { PasswordFormat } from './password-format.ts';

/** `$scrypt$ln=16,r=8,p=1$salt$digest`: the PHC form, as passlib writes it. */
export const scrypt: PasswordFormat = {
  read(hash) {
    if (!hash.startsWith('$scrypt$')) return undefined;
    const [, , parameters = '', salt = '', digest = ''] = splitHash(hash, 5, 'scrypt');
    const { ln, r, p } = readParameters(parameters);
    return scryptHash({
      format: 'scrypt',
      N: 2 ** decodeNumber(ln),
      r: decodeNumber(r),
      p: decodeNumber(p),
      salt: decodeBase64(salt, 'scrypt'),
      expected: decodeBase64(digest, 'scrypt'),
    });
  },
};
