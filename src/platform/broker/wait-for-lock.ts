import { setTimeout as sleep } from 'node:timers/promises';
import type { BrandStore } from '../../store/contract.ts';
import { VendorError } from './vendor-error.ts';

/** Seconds that a holder may take; after that another process takes over from one that died. */
const lockLife = 20;
/** Milliseconds of the lock's life that are left to a request which began in time, and to writing down its answer. */
const lastStretch = 6000;
/** Milliseconds that a request waits for another one's work. */
const patience = 10_000;
/** Milliseconds that one try and the pause behind it count at most: while this process stands still, nobody works. */
const longestRound = 1000;

/** A holder's time. */
export interface Turn {
  /**
   * By `performance.now()`: what must be done once only is not begun after this, for the lock may end before it is done
   * and another process begin the same.
   */
  beginsBy: number;
}

/** One at a time across processes: waits for its turn, works, and lets the next one in. */
export async function withLock<T>(
  store: BrandStore,
  name: string,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  let waited = 0;
  let began = performance.now();
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 200)) {
    const beginsBy = performance.now() + lockLife * 1000 - lastStretch;
    const lock = await store.acquireLock(name, lockLife);
    if (lock) {
      try {
        return await work({ beginsBy });
      } finally {
        // Ends by itself; what was done must not fail because of it.
        await lock.release().catch(() => {});
      }
    }
    if (waited > patience)
      throw new VendorError('unavailable', 'another request for the same consumer takes too long');
    await sleep(pause * (0.5 + Math.random()));
    const now = performance.now();
    waited += Math.min(now - began, longestRound);
    began = now;
  }
}

/** Under which a consumer's link and tokens are changed. */
export function consumerLock(linkName: string, accountId: string): string {
  return `${linkName}:${accountId}`;
}
