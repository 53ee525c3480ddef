import { LRUCache } from 'lru-cache';
import type { Account } from '../contract.ts';
import { deepFreeze } from '../deep-freeze.ts';

/**
 * Accounts as the directory gave them, for a few seconds: one sign-in asks for its account three or four times in a
 * row. An account that was not found is never remembered, so a new one is there at once.
 */
export interface AccountCache {
  get(accountId: string): Account | undefined;
  /**
   * @param account undefined: it is gone or disabled, and forgotten
   * @param askedAt milliseconds: when the directory was asked, from which its answer ages
   */
  put(accountId: string, account: Account | undefined, askedAt: number): void;
}

export interface AccountCacheOptions {
  /** Milliseconds; 0 keeps nothing. */
  keep: number;
  /** Milliseconds. */
  now(): number;
}

const mostAccounts = 1000;

export function createAccountCache({ keep, now }: AccountCacheOptions): AccountCache {
  if (keep === 0) return { get: () => undefined, put: () => {} };
  const accounts = new LRUCache<string, Account>({
    max: mostAccounts,
    ttl: keep,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    get: (accountId) => accounts.get(accountId),
    put(accountId, account, askedAt) {
      if (account) accounts.set(accountId, deepFreeze(account), { start: askedAt });
      else accounts.delete(accountId);
    },
  };
}
