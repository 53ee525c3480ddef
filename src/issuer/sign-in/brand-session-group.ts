import type { Provider, Session } from 'oidc-provider';
import type { BrandStore } from '../../store/contract.ts';
import { factsOf } from '../sign-in-facts.ts';

/**
 * Sessions of ours that follow one session of the brand's. Two first requests at once begin two, and the browser keeps
 * the cookie of one: the other must not live on when the consumer leaves.
 */
export interface BrandSessionGroup {
  add(session: Session): Promise<void>;
  /** The same consumer's other ones that are still there. */
  others(provider: Provider, session: Session): Promise<Session[]>;
}

/** @param lifetime seconds; no session lives longer */
export function createBrandSessionGroup(store: BrandStore, lifetime: number): BrandSessionGroup {
  return {
    async add(session) {
      const set = setOf(session);
      if (set !== undefined) await store.addMember(set, session.uid, lifetime);
    },
    async others(provider, session) {
      const set = setOf(session);
      const uids = set === undefined ? [] : await store.members(set);
      const found = await Promise.all(
        uids.filter((uid) => uid !== session.uid).map((uid) => provider.Session.findByUid(uid)),
      );
      // The brand may give its session to the next consumer, who is not to be signed out with the former one.
      return found.filter(
        (other) => other !== undefined && other.accountId === session.accountId,
      ) as Session[];
    },
  };
}

function setOf(session: Session): string | undefined {
  const { brandSession } = factsOf(session);
  return brandSession === undefined ? undefined : `brand-session:${brandSession}`;
}
