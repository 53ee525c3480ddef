import { createRedisStore } from '../../src/store/redis-store.ts';
import { startSentinels } from './redis-sentinel.ts';

export interface WaitCost {
  /** Median milliseconds of one save after the other. */
  alone: number;
  /** Saves a second, 50 at a time. */
  together: number;
}

/** What saving a session costs with and without waiting for a replica, on one machine: no network between the servers. */
export async function measureWaitCost(): Promise<Record<'waiting' | 'notWaiting', WaitCost>> {
  const sentinels = await startSentinels();
  const measure = async (wait: 'auto' | 'off'): Promise<WaitCost> => {
    const store = createRedisStore({ url: sentinels.url, timeout: 1000, wait });
    const brand = store.forBrand('acme');
    const save = (n: number) => brand.upsert('Session', `s-${n}`, { uid: `u-${n}` }, 600);
    for (let n = 0; n < 200; n += 1) await save(n);
    const times: number[] = [];
    for (let n = 0; n < 500; n += 1) {
      const began = performance.now();
      await save(n);
      times.push(performance.now() - began);
    }
    const began = performance.now();
    for (let round = 0; round < 60; round += 1)
      await Promise.all(Array.from({ length: 50 }, (_, n) => save(n)));
    const seconds = (performance.now() - began) / 1000;
    await store.close();
    return { alone: times.toSorted((a, b) => a - b)[250] ?? 0, together: Math.round(3000 / seconds) };
  };
  try {
    return { notWaiting: await measure('off'), waiting: await measure('auto') };
  } finally {
    await sentinels.stop();
  }
}
