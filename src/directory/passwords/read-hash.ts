import { argon2 } from './argon2.ts';
import { aspnet } from './aspnet.ts';
import { bcrypt } from './bcrypt.ts';
import { django } from './django.ts';
import { type PasswordFormat, type StoredHash, UnusableHash } from './password-format.ts';
import { pbkdf2 } from './pbkdf2.ts';
import { scrypt } from './scrypt.ts';
import { werkzeug } from './werkzeug.ts';
import { wordpress } from './wordpress.ts';

/** By the names that the configuration uses. No hash is read by two of them. */
const formats: Readonly<Record<string, PasswordFormat>> = {
  argon2,
  bcrypt,
  scrypt,
  pbkdf2,
  django,
  wordpress,
  werkzeug,
  aspnet,
};

/**
 * A password hash of the brand, whichever of the formats it has.
 *
 * @param only the one format that is accepted; absent: all
 * @throws UnusableHash
 */
export function readHash(hash: string, only?: string): StoredHash {
  for (const [name, format] of Object.entries(formats)) {
    const stored = format.read(hash);
    if (!stored) continue;
    if (only === undefined || only === name) return stored;
    throw new UnusableHash(`a password hash is of the format ${name}, and only ${only} is accepted`);
  }
  throw new UnusableHash('a password hash is in none of the known formats');
}

/** Of other programs, and none that Parley checks. */
const foreign =
  /^(\$[156]\$|\$(argon2|2[abxy]?\$|scrypt|pbkdf2|bcrypt)|\{(S?SHA|S?MD5|CRYPT|PBKDF2|BCRYPT|ARGON2))/i;

/** Broken ones and those of other programs too: such a text has no business in a record that claims are made of. */
export function looksLikeHash(text: string): boolean {
  return foreign.test(text) || Object.values(formats).some((format) => isOf(format, text));
}

function isOf(format: PasswordFormat, text: string): boolean {
  try {
    return format.read(text) !== undefined;
  } catch {
    return true;
  }
}
