import type { BrandStore } from '../store/contract.ts';

/**
 * Which sessions have ended, by their uid. A session's id changes at each sign-in step while its uid stays, so a
 * request that is just renewing the id can outrun the tombstone of the old one; the mark by uid it cannot.
 */
export interface EndedSessions {
  mark(sessionUid: string): Promise<void>;
  has(sessionUid: string): Promise<boolean>;
}

/** @param lifetime seconds; no session lives longer */
export function createEndedSessions(store: BrandStore, lifetime: number): EndedSessions {
  return {
    async mark(sessionUid) {
      await store.upsert('EndedSession', sessionUid, {}, lifetime);
    },
    has: async (sessionUid) => (await store.find('EndedSession', sessionUid)) !== undefined,
  };
}
