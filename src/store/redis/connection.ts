import { Redis } from 'ioredis';
import type { Log } from '../../log.ts';
import { readRedisUrl } from './redis-url.ts';
import { defineScripts, type ScriptedRedis } from './scripts.ts';
import { asUnavailable, reasonOf } from './unavailable.ts';

export interface RedisStoreOptions {
  url: string;
  /** Milliseconds that one command may take. */
  timeout: number;
  log?: Pick<Log, 'info' | 'warn'>;
}

export interface Connection {
  /** Rejects with ParleyError('store_unavailable') and nothing else. Commands started together keep their order. */
  run: <T>(work: (redis: ScriptedRedis) => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
}

/** One connection that refuses at once while Redis is away and comes back by itself. */
export function connect({ url, timeout, log }: RedisStoreOptions): Connection {
  const client: Redis = createClient(url, timeout);
  defineScripts(client);
  const state = watch(client, log);
  const settled = firstAttempt(client, timeout);

  return {
    async run(work) {
      await settled;
      try {
        return await work(client);
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    async close() {
      state.closing = true;
      if (client.status === 'ready') await client.quit().catch(() => client.disconnect());
      else client.disconnect();
    },
  };
}

function createClient(url: string, timeout: number): Redis {
  return new Redis({
    ...readRedisUrl(url),
    commandTimeout: timeout,
    connectTimeout: 3000,
    // A peer that vanished without a word: the connection is given up, not only the commands on it.
    socketTimeout: timeout * 3,
    // How long closing waits for the peer's farewell.
    disconnectTimeout: 200,
    // Together these make a command fail at once while Redis is away. A queued save would arrive late, after
    // its sender was told that it failed, and could undo what happened since.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1000),
    maxLoadingRetryTime: 500,
    // After a failover the old master stays reachable as a replica: look the address up again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
}

/** One line per change: an outage of an hour is two lines. */
function watch(client: Redis, log: RedisStoreOptions['log']): { closing: boolean } {
  const state = { closing: false };
  let reachable: boolean | undefined;

  function noteLoss(error?: unknown): void {
    if (state.closing || reachable === false) return;
    reachable = false;
    log?.warn(
      { reason: error ? reasonOf(error) : 'connection lost' },
      'the store is not reachable; trying again',
    );
  }

  client.on('error', noteLoss);
  client.on('close', () => noteLoss());
  client.on('ready', () => {
    if (!reachable) log?.info('the store is connected');
    reachable = true;
  });
  return state;
}

/** A store that was created a moment ago is still connecting: its first commands wait for that one attempt. */
function firstAttempt(client: Redis, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeout);
    for (const event of ['ready', 'close'] as const) {
      client.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}
