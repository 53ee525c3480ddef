import { ResultCodeError } from 'ldapts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import type { LdapSettings } from './ldap-settings.ts';
import { type Connection, type ConnectionSettings, openConnection } from './open-connection.ts';

/**
 * A connection signed in as Parley itself; anonymous where the configuration names nobody. A refused sign-in counts
 * like a server that is away, so that the breaker keeps Parley from locking its own account with one try after another.
 */
export async function openServiceConnection(
  settings: ConnectionSettings & Pick<LdapSettings, 'bind'>,
): Promise<Connection> {
  const connection = await openConnection(settings);
  try {
    await connection.client.bind(settings.bind?.dn ?? '', settings.bind?.password ?? '');
    return connection;
  } catch (error) {
    connection.end();
    if (!(error instanceof ResultCodeError)) throw error;
    throw new DirectoryUnreachable(`LDAP: the server refuses \`bind\`, Parley's own sign-in (${error.code})`);
  }
}
