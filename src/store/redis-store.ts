import type { Store } from './contract.ts';
import { checkBrandName } from './record-rules.ts';
import { connect, type RedisStoreOptions } from './redis/connection.ts';
import { counters } from './redis/counters.ts';
import { createBrandKeys, pingKey } from './redis/keys.ts';
import { links } from './redis/links.ts';
import { locks } from './redis/locks.ts';
import { notBefore } from './redis/not-before.ts';
import { records } from './redis/records.ts';
import { sets } from './redis/sets.ts';

/** The store that several machines share. Redis may be away at the start or later: calls reject until it is back. */
export function createRedisStore(options: RedisStoreOptions): Store {
  const connection = connect(options);
  return {
    forBrand(brand) {
      checkBrandName(brand);
      const keys = createBrandKeys(brand);
      return {
        ...records(connection, keys),
        ...sets(connection, keys),
        ...counters(connection, keys),
        ...locks(connection, keys),
        ...links(connection, keys),
        ...notBefore(connection, keys),
      };
    },
    async ping() {
      // A write: a full or read-only server still answers PING, but cannot serve a sign-in.
      await connection.run((redis) => redis.set(pingKey, '1', 'PX', 1000));
    },
    close: () => connection.close(),
  };
}
