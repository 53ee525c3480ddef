import type { AuditLog, CommonFacts } from '../audit/audit-log.ts';
import { ParleyError } from '../errors.ts';
import type { AttemptLimits, Attempts } from '../limits/attempt-limits.ts';
import { addressEntry, loginEntry, pairEntry } from '../limits/entries.ts';
import type { LimitKind } from '../limits/limit-kinds.ts';

export interface SignInAttemptsOptions {
  limits: AttemptLimits;
  audit: AuditLog;
}

export interface Guess {
  login: string;
  address: string;
  /** A browser that has signed this login in before (known-browsers.ts). */
  knownBrowser: string | undefined;
  facts: CommonFacts;
}

/** A password that may be checked; one that turns out wrong has been counted. */
export interface SignInAttempt {
  /** A consumer who remembered the password starts afresh. */
  succeeded(): Promise<void>;
  /** Nobody could say whether it was right. */
  undecided(): Promise<void>;
}

/** What an attempt counts for, in the store. */
type Count = [kind: LimitKind, entry: string];

/**
 * Attempts are counted before the password is checked, atomically, so that a hundred parallel guesses are a hundred.
 * They count for what was typed, whether there is such an account or not.
 *
 * Strangers' guesses never wait in the way of a consumer's own known browser: that one counts for itself, so that
 * nobody who has not signed in there can use its attempts up.
 */
export function createSignInAttempts({ limits, audit }: SignInAttemptsOptions) {
  /** @throws ParleyError('too_many_attempts'), and then nothing is counted: what was taken before is given back */
  async function take([kind, entry]: Count, taken: readonly Count[], facts: CommonFacts) {
    const outcome = await limits.take(kind, entry, facts);
    if (outcome.admitted) return outcome;
    await giveBack(taken);
    throw refusal(kind, outcome);
  }

  async function giveBack(counts: readonly Count[]): Promise<void> {
    await Promise.all(counts.map(([kind, entry]) => limits.giveBack(kind, entry)));
  }

  async function beginKnown(name: string, knownBrowser: string, facts: CommonFacts): Promise<SignInAttempt> {
    const own: Count = ['known-browser', pairEntry(name, knownBrowser)];
    await take(own, [], facts);
    return { succeeded: () => limits.forget(...own), undecided: () => giveBack([own]) };
  }

  /** Looked at first: what has to wait writes nothing for logins and addresses that somebody makes up. */
  async function checkWaits(counts: Record<'both' | 'byAccount' | 'byAddress' | 'byAccounts', Count>) {
    const find = ([kind, entry]: Count) => limits.find(kind, entry);
    const [pair, account, address, accounts] = await Promise.all([
      find(counts.both),
      find(counts.byAccount),
      find(counts.byAddress),
      find(counts.byAccounts),
    ]);
    if (pair.wait > 0) throw refusal('account-and-address', pair);
    if (account.wait > 0) throw refusal('account', account);
    if (address.wait > 0) throw refusal('address', address);
    if (accounts.wait > 0 && pair.count === 0) throw refusal('accounts-per-address', accounts);
  }

  async function beginStrange(name: string, ip: string, facts: CommonFacts): Promise<SignInAttempt> {
    const address = addressEntry(ip);
    const byAddress: Count = ['address', address];
    const both: Count = ['account-and-address', pairEntry(name, address)];
    const byAccount: Count = ['account', name];
    const byAccounts: Count = ['accounts-per-address', address];
    await checkWaits({ both, byAccount, byAddress, byAccounts });
    // The narrowest first, and each by itself: parallel guesses that it refuses do not count for the others.
    const { count } = await take(both, [], facts);
    await take(byAccount, [both], facts);
    await take(byAddress, [both, byAccount], facts);
    const isNewHere = count === 1;
    if (isNewHere) {
      const { count: accounts, wait } = await take(byAccounts, [both, byAccount, byAddress], facts);
      if (wait > 0) audit.record('spraying.detected', { ...facts, accounts });
    }
    return {
      // The address keeps neither this attempt nor that it failed here before: a carrier's has many consumers.
      async succeeded() {
        await Promise.all([limits.forget(...both), giveBack([byAddress, byAccount, byAccounts])]);
      },
      undecided: () => giveBack([both, byAccount, byAddress, ...(isNewHere ? [byAccounts] : [])]),
    };
  }

  return {
    /** @throws ParleyError('too_many_attempts') */
    begin({ login, address, knownBrowser, ...guess }: Guess): Promise<SignInAttempt> {
      const name = loginEntry(login);
      const facts = { ...guess.facts, login: name };
      return knownBrowser === undefined
        ? beginStrange(name, address, facts)
        : beginKnown(name, knownBrowser, facts);
    },
  };
}

function refusal(kind: LimitKind, { wait }: Attempts): ParleyError {
  return new ParleyError('too_many_attempts', `sign-in attempts: ${kind}`, { retryAfter: wait });
}

export type SignInAttempts = ReturnType<typeof createSignInAttempts>;
