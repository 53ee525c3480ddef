import {
  ConstraintViolationError,
  InappropriateAuthError,
  InsufficientAccessError,
  InvalidCredentialsError,
  InvalidDNSyntaxError,
  NoSuchObjectError,
  UnwillingToPerformError,
} from 'ldapts';
import type { ConnectionPool } from './connection-pool.ts';
import { toDirectoryError } from './ldap-failure.ts';

/**
 * The answers that mean "not with this password": servers also use them for accounts that are locked, expired or have
 * no password at all.
 */
const refusals = [
  ConstraintViolationError,
  InappropriateAuthError,
  InsufficientAccessError,
  InvalidCredentialsError,
  InvalidDNSyntaxError,
  NoSuchObjectError,
  UnwillingToPerformError,
];

/**
 * Signs in as an entry, on connections that are used for nothing else: nothing is ever read with a consumer's rights.
 *
 * @returns whether the server lets the entry in. Rejects with ParleyError('directory_unavailable') when it says neither.
 */
export function createPasswordBind(connections: ConnectionPool) {
  return async (dn: string, password: string): Promise<boolean> => {
    try {
      await connections.use((client) => client.bind(dn, password));
      return true;
    } catch (error) {
      if (refusals.some((refusal) => error instanceof refusal)) return false;
      throw toDirectoryError(error, 'sign-in of a consumer');
    }
  };
}
