import type { Account, AccountDirectory } from '../contract.ts';
import { createAccountCache } from './account-cache.ts';
import { type CallGuardOptions, createCallGuard } from './call-guard.ts';
import { pingOccasionally } from './occasional-ping.ts';
import { shareFlights } from './share-flights.ts';

export interface ResilienceOptions extends CallGuardOptions {
  /** Milliseconds for which a found account may be answered again; 0: never. */
  cache: number;
  /** Milliseconds. */
  now(): number;
}

const pingPause = 1000;

/**
 * Puts any directory behind a time-out, a limit of calls at the same time, retries (of finding only: a password that
 * is checked twice counts as two attempts at the brand), a breaker and a short cache.
 */
export function withResilience(directory: AccountDirectory, options: ResilienceOptions): AccountDirectory {
  const { now } = options;
  const guard = createCallGuard(options);
  const cache = createAccountCache({ keep: options.cache, now });
  const share = shareFlights<Account | undefined>();

  const ask = async (accountId: string): Promise<Account | undefined> => {
    const askedAt = now();
    const account = await guard.run(() => directory.findAccount(accountId, { fresh: true }), {
      repeatable: true,
    });
    cache.put(accountId, account, askedAt);
    return account;
  };
  const { checkPassword } = directory;
  return {
    async findAccount(accountId, { fresh = false } = {}) {
      // A question that is already on its way may have been answered before the account was disabled.
      if (fresh) return ask(accountId);
      return cache.get(accountId) ?? share(accountId, () => ask(accountId));
    },
    ...(checkPassword && {
      async checkPassword(attempt) {
        const askedAt = now();
        const outcome = await guard.run(() => checkPassword(attempt), { repeatable: false });
        if (outcome.kind === 'signed-in') cache.put(outcome.account.accountId, outcome.account, askedAt);
        return outcome;
      },
    }),
    ping: pingOccasionally(() => guard.run(() => directory.ping(), { repeatable: false }), {
      pause: pingPause,
      now,
    }),
    close: () => directory.close(),
  };
}
