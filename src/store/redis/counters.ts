import { toMilliseconds } from '../record-rules.ts';
import type { RedisPart } from './part.ts';

/** Counters over a fixed window that opens with the first increment. */
export const counters: RedisPart<'increment' | 'decrement' | 'readCounter' | 'resetCounter'> = (
  { run },
  keys,
) => ({
  async increment(counter, window) {
    const lifetime = toMilliseconds(window);
    return run((redis) => redis.parleyIncrement(keys.counter(counter), lifetime));
  },
  async decrement(counter) {
    await run((redis) => redis.parleyDecrement(keys.counter(counter)));
  },
  async readCounter(counter) {
    return Number((await run((redis) => redis.get(keys.counter(counter)))) ?? 0);
  },
  async resetCounter(counter) {
    await run((redis) => redis.del(keys.counter(counter)));
  },
});
