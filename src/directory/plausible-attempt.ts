import type { PasswordAttempt } from './contract.ts';

/** Bytes. Nobody types more, and hashing more is a cheap way to load a directory. */
const longest = 1024;

/**
 * Whether a directory has to be asked about it at all. Empty, endless and broken texts are wrong for every login alike;
 * an empty password above all, which an LDAP server takes for a sign-in without a name (RFC 4513 section 5.1.2), and a
 * NUL, at which many a server stops to read.
 */
export function isPlausibleAttempt({ login, password }: PasswordAttempt): boolean {
  return [login, password].every(
    (text) =>
      text !== '' && Buffer.byteLength(text) <= longest && text.isWellFormed() && !text.includes('\0'),
  );
}
