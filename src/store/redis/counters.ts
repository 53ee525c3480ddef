import { toMilliseconds } from '../record-rules.ts';
import { command } from './command.ts';
import type { RedisPart } from './part.ts';
import { incrementCounter } from './scripts.ts';

/** Counters over a fixed window that opens with the first increment. */
export const counters: RedisPart<'increment' | 'readCounter' | 'resetCounter'> = ({ run }, keys) => ({
  increment: async (counter, window) => run(incrementCounter(keys.counter(counter), toMilliseconds(window))),
  async readCounter(counter) {
    const key = keys.counter(counter);
    return Number((await run(command(key, (redis) => redis.get(key)))) ?? 0);
  },
  async resetCounter(counter) {
    const key = keys.counter(counter);
    await run(command(key, (redis) => redis.del(key)));
  },
});
