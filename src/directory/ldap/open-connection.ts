import { isIP, connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, TLSSocket } from 'node:tls';
import { Client } from 'ldapts';
import type { LdapSettings } from './ldap-settings.ts';

export type ConnectionSettings = Pick<LdapSettings, 'url' | 'start_tls' | 'ca' | 'timeout'>;

export interface Connection {
  client: Client;
  /** false: it has ended, at either side. */
  isOpen(): boolean;
  end(): void;
}

/**
 * One protected connection, on which nobody has signed in yet. It is never opened again in passing: the library would
 * do so before any operation, without StartTLS and without the sign-in, and an anonymous search finds nobody, which
 * would read as "this account does not exist".
 */
export async function openConnection(settings: ConnectionSettings): Promise<Connection> {
  const { url, start_tls, timeout } = settings;
  let hasEnded = false;
  const watch = (create: Create) =>
    onlyOnce((...args) => {
      const socket = create(...args).once('close', () => (hasEnded = true));
      endUnlessReady(socket, timeout);
      return socket;
    });
  const tls = tlsOptions(settings);
  const client = new Client({
    url,
    timeout,
    createConnection: watch(connect) as typeof connect,
    createSecureConnection: watch(connectTls) as typeof connectTls,
    // With these the library speaks TLS from the first byte, whatever the address says.
    ...(new URL(url).protocol === 'ldaps:' && { tlsOptions: tls }),
  });
  const end = () => void client.unbind().catch(() => {});
  if (start_tls) {
    await client.startTLS(tls).catch((error: unknown) => {
      end();
      throw error;
    });
  }
  return { client, isOpen: () => !hasEnded, end };
}

type Create = (...args: never[]) => Socket;

/** The library's own time-out knows nothing of TLS handshakes. */
function endUnlessReady(socket: Socket, timeout: number): void {
  const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), timeout);
  const ready = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
  for (const event of [ready, 'error', 'close']) socket.once(event, () => clearTimeout(timer));
}

/** The certificate is always checked, and against the name in the configuration. */
function tlsOptions({ url, ca }: ConnectionSettings): ConnectionOptions {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
}

function onlyOnce(create: Create): Create {
  let isUsed = false;
  return (...args) => {
    if (isUsed) throw new Error('the connection has ended');
    isUsed = true;
    return create(...args);
  };
}
