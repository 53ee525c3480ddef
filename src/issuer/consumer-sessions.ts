import type { Session } from 'oidc-provider';
import { type EndAccountOptions, endAccount } from './back-channel/end-account.ts';
import { endOfSession } from './session-age.ts';
import { factsOf, type SignInWay } from './sign-in-facts.ts';

/** One browser, or app, in which a consumer is signed in. Its id in the cookie is a secret and never shown. */
export interface ConsumerSession {
  /** Stays the same while the cookie's id changes; tokens and logs name the session by it. */
  uid: string;
  /** ISO 8601. */
  began_at: string;
  /** When it ends at the latest; it may end earlier, by idleness. */
  ends_at: string;
  way?: SignInWay;
  /** Clients that were given something in it. */
  clients: string[];
}

/** A consumer's sessions, for the operator. */
export interface ConsumerSessions {
  /** Oldest first. */
  list(accountId: string): Promise<ConsumerSession[]>;
  /** Ends all of them with everything they gave, and tells relying parties. @returns how many */
  end(accountId: string): Promise<number>;
}

export function createConsumerSessions(
  options: EndAccountOptions & {
    /** Seconds. */
    absoluteLifetime: number;
  },
): ConsumerSessions {
  const { provider, accountSessions, absoluteLifetime, now } = options;
  return {
    async list(accountId) {
      const uids = await accountSessions.list(accountId);
      const found = await Promise.all(uids.map((uid) => provider.Session.findByUid(uid)));
      return found
        .filter((session) => session?.accountId === accountId)
        .map((session) => describe(session as Session, absoluteLifetime, now()))
        .toSorted((a, b) => a.began_at.localeCompare(b.began_at));
    },
    end: (accountId) => endAccount(options, accountId, { by: 'operator' }),
  };
}

function describe(session: Session, absoluteLifetime: number, now: number): ConsumerSession {
  const { way } = factsOf(session);
  const end = Math.min(
    endOfSession(session, absoluteLifetime) ?? now,
    session.exp ?? Number.MAX_SAFE_INTEGER,
  );
  return {
    uid: session.uid,
    began_at: toIso(session.loginTs ?? now),
    ends_at: toIso(end),
    ...(way !== undefined && { way }),
    clients: Object.keys(session.authorizations ?? {}),
  };
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
