import { LRUCache } from 'lru-cache';
import { AdminRefusal } from './admin-refusal.ts';

const minute = 60_000;
/** Who is counted at once; strangers' addresses are among them, so there has to be an end. */
const mostCounted = 10_000;

/** Counts in this process: a cap against a program that runs wild, and against guessing. */
export interface CallCap {
  /** @throws AdminRefusal with 429 when `who` is over `limit` in this minute */
  admit(who: string, limit: number): void;
  /** The same without counting. */
  check(who: string, limit: number): void;
}

/** @param now milliseconds since the epoch */
export function createCallCap(now: () => number): CallCap {
  const counts = new LRUCache<string, { window: number; count: number }>({ max: mostCounted });

  function entryOf(who: string): { window: number; count: number } {
    const window = Math.floor(now() / minute);
    const entry = counts.get(who);
    return entry?.window === window ? entry : { window, count: 0 };
  }

  function refuse(): never {
    const wait = Math.ceil((minute - (now() % minute)) / 1000);
    throw new AdminRefusal(429, 'too_many_requests', `wait ${wait} seconds`, { 'Retry-After': String(wait) });
  }

  return {
    admit(who, limit) {
      const entry = entryOf(who);
      entry.count += 1;
      counts.set(who, entry);
      if (entry.count > limit) refuse();
    },
    check(who, limit) {
      if (entryOf(who).count >= limit) refuse();
    },
  };
}
