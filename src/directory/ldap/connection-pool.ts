import { type Client, ResultCodeError } from 'ldapts';
import { ParleyError } from '../../errors.ts';
import { toDirectoryError } from './ldap-failure.ts';
import type { Connection } from './open-connection.ts';

/**
 * Connections that wait for the next question. Each serves one question at a time: when an answer is late the library
 * ends the connection, and with it everything else that would be under way on it.
 */
export interface ConnectionPool {
  /**
   * Rejects with ParleyError('directory_unavailable') when no connection can be had, and with what `work` rejects with.
   * A connection on which something else than an answer came is ended.
   */
  use<T>(work: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PoolOptions {
  open(): Promise<Connection>;
  /** Milliseconds. */
  now(): number;
}

const mostIdle = 8;
/** Milliseconds. A firewall may forget a connection that says nothing, and tells neither side. */
const longestIdle = 30_000;

export function createConnectionPool({ open, now }: PoolOptions): ConnectionPool {
  let idle: { connection: Connection; since: number }[] = [];
  let isClosed = false;

  function takeIdle(): Connection | undefined {
    const usable = ({ connection, since }: (typeof idle)[number]) =>
      connection.isOpen() && now() - since < longestIdle;
    for (const old of idle.filter((one) => !usable(one))) old.connection.end();
    idle = idle.filter(usable);
    return idle.pop()?.connection;
  }

  function giveBack(connection: Connection): void {
    if (connection.isOpen() && idle.length < mostIdle && !isClosed) idle.push({ connection, since: now() });
    else connection.end();
  }

  return {
    async use(work) {
      const connection =
        takeIdle() ??
        (await open().catch((error: unknown) => {
          throw toDirectoryError(error, 'connection');
        }));
      try {
        const result = await work(connection.client);
        giveBack(connection);
        return result;
      } catch (error) {
        const wasAnswered = error instanceof ResultCodeError || error instanceof ParleyError;
        if (wasAnswered) giveBack(connection);
        else connection.end();
        throw error;
      }
    },
    async close() {
      isClosed = true;
      for (const { connection } of idle.splice(0)) connection.end();
    },
  };
}
