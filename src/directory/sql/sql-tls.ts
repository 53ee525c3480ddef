import { isIP } from 'node:net';
import type { DatabaseOptions } from './database.ts';
import type { SqlSettings } from './sql-settings.ts';
import { type SqlAddress, SqlUrlError } from './sql-url.ts';

/**
 * How the connection is protected: encrypted and verified, unless the database is on this machine or the operator
 * decided otherwise.
 *
 * @throws SqlUrlError when the driver could not verify whom it speaks with
 */
export function readTls(
  { tls }: Pick<SqlSettings, 'tls'>,
  { dialect, host }: Pick<SqlAddress, 'dialect' | 'host'>,
): DatabaseOptions['tls'] {
  const { enabled, ...pems } = tls;
  const given = Object.entries(pems).filter(([, pem]) => pem !== undefined);
  if (!(enabled ?? (given.length > 0 || !isThisMachine(host)))) return false;
  // mysql2 compares the certificate of an address with the name "localhost".
  if (dialect === 'mysql' && isIP(host)) {
    throw new SqlUrlError(
      'has an address where a certificate needs a name',
      'write the name of the database server, or tls: { enabled: false } in a network that you trust',
    );
  }
  return Object.fromEntries(given);
}

export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
