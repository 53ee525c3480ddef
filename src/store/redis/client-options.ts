import type { RedisOptions } from 'ioredis';
import type { RedisAddress } from './redis-url.ts';

/**
 * What every connection to a Redis has in common: a command fails at once while the server is away. A queued save
 * would arrive late, after its sender was told that it failed, and could undo what happened since.
 *
 * @param timeout milliseconds for which a connection on which commands wait may give no answer
 */
export function clientOptions({ credentials, tls }: RedisAddress, timeout: number) {
  return {
    ...credentials,
    ...(tls && { tls: {} }),
    // A server that may be silent for longer may take as long to be reached: the library counts a standstill of ours, too.
    connectTimeout: Math.max(timeout, Math.min(3000, timeout * 3)),
    // How long closing waits for the peer's farewell.
    disconnectTimeout: 200,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    maxLoadingRetryTime: 500,
    // After a failover the old master stays reachable as a replica: look the address up again.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
}

/** Milliseconds until the next attempt to connect. */
export function retryDelay(attempt: number): number {
  return Math.min(attempt * 50, 1000);
}
