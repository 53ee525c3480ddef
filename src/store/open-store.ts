import type { Log } from '../log.ts';
import type { Store } from './contract.ts';
import { createEmbeddedStore } from './embedded-store.ts';
import { createRedisStore } from './redis-store.ts';

export interface OpenStoreOptions {
  /** Milliseconds that one command may take. */
  timeout: number;
  log?: Pick<Log, 'info' | 'warn'>;
  /** Epoch milliseconds; the embedded store's clock. Redis has its own. */
  now?: () => number;
}

const choices = 'embedded:<folder>, redis://… or rediss://…';

/**
 * The store of the configured address. Never repeats the address in an error: it may carry a password.
 * @throws Error when the address names no store that exists
 */
export function openStore(url: string, { timeout, log, now }: OpenStoreOptions): Store {
  const scheme = /^([a-z-]+):/.exec(url)?.[1];
  switch (scheme) {
    case 'embedded': {
      const folder = url.slice('embedded:'.length);
      if (!folder) throw new Error('The store address embedded: needs a folder, as in embedded:./data.');
      return createEmbeddedStore({ folder, busyTimeout: timeout, ...(now && { now }) });
    }
    case 'redis':
    case 'rediss':
      return createRedisStore({ url, timeout, ...(log && { log }) });
    case 'redis-sentinel':
    case 'redis-cluster':
      throw new Error(`A ${scheme}: store is not supported in this version: use ${choices}.`);
    default:
      throw new Error(`The store address must be ${choices}.`);
  }
}
