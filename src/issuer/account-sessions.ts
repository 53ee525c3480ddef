import type { AdapterPayload } from 'oidc-provider';
import type { BrandStore } from '../store/contract.ts';

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
    async note({ accountId, uid, loginTs }) {
      if (accountId === undefined || uid === undefined || loginTs === undefined) return;
      if (now() - loginTs > beginning) return;
      await store.addMember(setOf(accountId), uid, absoluteLifetime);
    },
    list: (accountId) => store.members(setOf(accountId)),
  };
}

function setOf(accountId: string): string {
  return `sessions:${accountId}`;
}
