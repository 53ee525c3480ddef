import type { AuditLog } from '../../audit/audit-log.ts';
import type { Provider, Session } from 'oidc-provider';
import type { BrandStore } from '../../store/contract.ts';
import type { AccountSessions } from '../account-sessions.ts';

export interface EndAccountOptions {
  provider: Provider;
  store: BrandStore;
  audit: AuditLog;
  accountSessions: AccountSessions;
  /** Seconds: as long as anything may live that began before. */
  longestLife: number;
  endSession(session: Session): Promise<void>;
  /** Seconds since the epoch. */
  now(): number;
}

/**
 * Everything that an account has here ends: the mark first, so that a request which is under way brings nothing back
 * and every code, refresh and access token is dead at once; then each session with its grants, and its relying
 * parties are told.
 *
 * @returns how many sessions ended
 */
export async function endAccount(
  options: EndAccountOptions,
  accountId: string,
  cause: { by: 'brand' | 'operator'; kind?: string; supportId?: unknown },
): Promise<number> {
  const { provider, store, accountSessions, longestLife, endSession, now } = options;
  await store.setNotBefore(accountId, now(), longestLife);
  const uids = await accountSessions.list(accountId);
  const found = await Promise.all(uids.map((uid) => provider.Session.findByUid(uid)));
  // A browser that changed hands has another consumer's session under the same uid never, but another's is spared anyway.
  const sessions = found.filter((session) => session?.accountId === accountId) as Session[];
  await Promise.all(sessions.map((session) => endSession(session)));
  options.audit.record('account.ended', { ...cause, accountId, sessions: sessions.length });
  return sessions.length;
}
