import { startStopwatch } from './stopwatch.ts';

/**
 * Runs work again, up to three times in all, as long as it takes longer than it may. What takes too long by itself does so
 * each time; what a busy machine does to one try does not come again.
 * @param limit milliseconds
 * @returns milliseconds that the quickest took
 */
export async function quickest(limit: number, work: () => Promise<unknown>): Promise<number> {
  let took = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && took >= limit; tries += 1) {
    const watch = startStopwatch();
    try {
      await work();
    } finally {
      watch.stop();
    }
    took = Math.min(took, watch.read());
  }
  return took;
}
