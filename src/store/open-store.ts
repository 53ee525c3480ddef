import type { Log } from '../log.ts';
import type { Store } from './contract.ts';
import { createEmbeddedStore } from './embedded-store.ts';
import { createRedisStore, type RedisStoreOptions } from './redis-store.ts';

export interface OpenStoreOptions
  extends Pick<RedisStoreOptions, 'prefix' | 'layout' | 'wait' | 'onCommand'> {
  /** Milliseconds for which the store may give no answer. */
  timeout: number;
  log?: Pick<Log, 'info' | 'warn'>;
  /** Epoch milliseconds; the embedded store's clock. Redis has its own. */
  now?: () => number;
}

const choices =
  'embedded:<folder>, redis://…, redis-sentinel://… or redis-cluster://… (with TLS: rediss://…, rediss-sentinel://…, rediss-cluster://…)';

/**
 * The store of the configured address. Never repeats the address in an error: it may carry a password.
 * @throws Error when the address names no store that exists
 */
export function openStore(url: string, { now, ...options }: OpenStoreOptions): Store {
  if (/^rediss?(-sentinel|-cluster)?:/.test(url)) return createRedisStore({ url, ...options });
  if (!url.startsWith('embedded:')) throw new Error(`The store address must be ${choices}.`);
  const folder = url.slice('embedded:'.length);
  if (!folder) throw new Error('The store address embedded: needs a folder, as in embedded:./data.');
  return createEmbeddedStore({ folder, busyTimeout: options.timeout, ...(now && { now }) });
}
