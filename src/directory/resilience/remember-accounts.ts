import type { Account, AccountDirectory } from '../contract.ts';
import { createAccountCache } from './account-cache.ts';
import { pingOccasionally } from './occasional-ping.ts';
import { shareFlights } from './share-flights.ts';
import { shareNextFlight } from './share-next-flight.ts';

export interface RememberOptions {
  /** Milliseconds for which a found account may be answered again; 0: never. */
  cache: number;
  /** Milliseconds. */
  now(): number;
}

const pingPause = 1000;

/** Spares a directory the questions that it has just answered, or is about to. */
export function rememberAccounts(
  directory: AccountDirectory,
  { cache: keep, now }: RememberOptions,
): AccountDirectory {
  const cache = createAccountCache({ keep, now });
  const share = shareFlights<Account | undefined>();
  const shareNext = shareNextFlight<Account | undefined>();

  const ask = async (accountId: string): Promise<Account | undefined> => {
    const askedAt = now();
    const account = await directory.findAccount(accountId, { fresh: true });
    cache.put(accountId, account, askedAt);
    return account;
  };
  const { checkPassword } = directory;
  return {
    async findAccount(accountId, { fresh = false } = {}) {
      // A question that is already on its way may have been answered before the account was disabled.
      if (fresh) return shareNext(accountId, () => ask(accountId));
      return cache.get(accountId) ?? share(accountId, () => ask(accountId));
    },
    ...(checkPassword && {
      async checkPassword(attempt) {
        const askedAt = now();
        const outcome = await checkPassword(attempt);
        if (outcome.kind === 'signed-in') cache.put(outcome.account.accountId, outcome.account, askedAt);
        return outcome;
      },
    }),
    ping: pingOccasionally(() => directory.ping(), { pause: pingPause, now }),
    close: () => directory.close(),
  };
}
