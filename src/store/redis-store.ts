import type { Store } from './contract.ts';
import { checkBrandName } from './record-rules.ts';
import { attempts } from './redis/attempts.ts';
import { command } from './redis/command.ts';
import { connect, type ConnectionOptions } from './redis/connection.ts';
import { counters } from './redis/counters.ts';
import { findOlderLayouts } from './redis/find-older-layouts.ts';
import { findRisks } from './redis/find-risks.ts';
import { createBrandKeys, defaultPrefix, layouts, type LayoutVersion, pingKey } from './redis/keys.ts';
import { measureNodes } from './redis/measure-nodes.ts';
import { links } from './redis/links.ts';
import { locks } from './redis/locks.ts';
import { notBefore } from './redis/not-before.ts';
import { records } from './redis/records.ts';
import { sets } from './redis/sets.ts';
import { transfer } from './redis/transfer.ts';

export interface RedisStoreOptions extends ConnectionOptions {
  /** First part of every key, for deployments that share a Redis. */
  prefix?: string;
  /** How keys and records are spelled (docs/redis-keys.md); default: the newest. */
  layout?: LayoutVersion;
}

/** The store that several machines share. Redis may be away at the start or later: calls reject until it is back. */
export function createRedisStore({
  prefix = defaultPrefix,
  layout: version = 2,
  ...options
}: RedisStoreOptions): Store {
  const connection = connect(options);
  const layout = layouts[version];

  async function ping(): Promise<void> {
    // A write: a full or read-only server still answers PING, but cannot serve a sign-in.
    const key = pingKey(prefix, layout);
    await connection.run(command(key, (redis) => redis.set(key, '1', 'PX', 1000)));
  }

  return {
    forBrand(brand) {
      checkBrandName(brand);
      const keys = createBrandKeys(prefix, brand, layout);
      return {
        ...records(connection, keys),
        ...sets(connection, keys),
        ...counters(connection, keys),
        ...attempts(connection, keys),
        ...locks(connection, keys),
        ...links(connection, keys),
        ...notBefore(connection, keys),
      };
    },
    ping,
    async findRisks() {
      // Away is not badly set up: that rejects.
      await ping();
      const found = await Promise.all([findRisks(connection), findOlderLayouts(connection, prefix, layout)]);
      return found.flat();
    },
    measure: () => measureNodes(connection),
    ...transfer(connection, prefix, layout),
    close: () => connection.close(),
  };
}
