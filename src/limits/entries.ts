import { createHash } from 'node:crypto';
import { addressGroup } from '../http/address-group.ts';

/** How what is limited is named in the store, which learns no login. */

/**
 * Logins that a directory may take for the same are one: LDAP servers and databases overlook case, blanks, accents,
 * compatible and invisible characters, and each spelling that counted by itself would be ten more guesses.
 */
export function loginEntry(login: string): string {
  const spelling = login
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{C}\s]/gu, '')
    .toLowerCase();
  return createHash('sha256').update(spelling).digest('base64url');
}

export function addressEntry(address: string): string {
  return addressGroup(address);
}

/** What a limit by two things counts. */
export function pairEntry(first: string, second: string): string {
  return `${first} ${second}`;
}
