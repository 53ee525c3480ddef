import { LRUCache } from 'lru-cache';
import type { Account } from '../contract.ts';
import { deepFreeze } from '../deep-freeze.ts';

/**
 * Accounts as the directory gave them, for a few seconds: one sign-in asks for its account three or four times in a
 * row. That an account is not there is never answered from here, so a new one is there at once.
 */
export interface AccountCache {
  get(accountId: string): Account | undefined;
  /**
   * @param account undefined: it is gone or disabled
   * @param askedAt milliseconds: when the directory was asked, from which its answer ages. An answer to an older
   *   question than the last one comes too late and changes nothing: it may not bring a disabled account back.
   */
  put(accountId: string, account: Account | undefined, askedAt: number): void;
}

export interface AccountCacheOptions {
  /** Milliseconds; 0 keeps nothing. */
  keep: number;
  /** Milliseconds. */
  now(): number;
}

interface Answer {
  account: Account | undefined;
  askedAt: number;
}

const mostAccounts = 1000;

export function createAccountCache({ keep, now }: AccountCacheOptions): AccountCache {
  if (keep === 0) return { get: () => undefined, put: () => {} };
  const answers = new LRUCache<string, Answer>({
    max: mostAccounts,
    ttl: keep,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    get: (accountId) => answers.get(accountId)?.account,
    put(accountId, account, askedAt) {
      const known = answers.get(accountId);
      if (known && known.askedAt > askedAt) return;
      answers.set(accountId, { account: deepFreeze(account), askedAt }, { start: askedAt });
    },
  };
}
