import type { AdapterPayload } from 'oidc-provider';
import type { BrandStore } from '../store/contract.ts';
import { endOfSession } from './session-age.ts';

/** Which sessions an account has, on every device: what ends when the brand says that its consumer is gone. */
export interface AccountSessions {
  /** Called with each save of a session. */
  note(session: AdapterPayload): Promise<void>;
  /** Uids; some may have ended meanwhile. */
  list(accountId: string): Promise<string[]>;
}

export interface AccountSessionsOptions {
  store: BrandStore;
  /** Seconds; no session lives longer. */
  absoluteLifetime: number;
  /** Seconds since the epoch. */
  now(): number;
}

/** Seconds after a session began in which each of its saves is noted; later ones would only repeat it. */
const beginning = 300;

export function createAccountSessions({
  store,
  absoluteLifetime,
  now,
}: AccountSessionsOptions): AccountSessions {
  return {
    async note(session) {
      const { accountId, uid, loginTs } = session;
      if (accountId === undefined || uid === undefined || loginTs === undefined) return;
      if (now() - loginTs > beginning) return;
      // A browser that keeps cookies back begins a session with each assertion: none is listed for longer than it lives.
      const end = endOfSession({ ...session, loginTs }, absoluteLifetime) ?? now();
      await store.addMember(setOf(accountId), uid, Math.max(1, end - now()));
    },
    list: (accountId) => store.members(setOf(accountId)),
  };
}

function setOf(accountId: string): string {
  return `sessions:${accountId}`;
}
