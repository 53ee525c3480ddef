import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeWith } from './availability.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

/** The same suite on the embedded store and on a real Redis. `store()` is PARLEY_STORE; undefined: embedded. */
export function onEachStore(suite: (store: () => string | undefined) => void): void {
  describe('on the embedded store', () => suite(() => undefined));
  describeWith('redis-server', () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());
    suite(() => redis.url);
  });
}
