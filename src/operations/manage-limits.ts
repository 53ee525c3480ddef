import { openConfiguredStore } from '../brand/open-configured-store.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { knownBrowsersOf } from '../interaction/known-browsers.ts';
import { addressEntry, loginEntry } from '../limits/entries.ts';
import { listReachedLimits, type ReachedLimit, releaseLimit } from '../limits/reached-limits.ts';
import { createLog } from '../log.ts';

export type { ReachedLimit } from '../limits/reached-limits.ts';

/** Whose limits are meant; each that is given must fit. */
export interface LimitChoice {
  login?: string | undefined;
  address?: string | undefined;
  client?: string | undefined;
  account?: string | undefined;
}

/** A brand's limits of attempts, for the command line. */
export interface ManagedLimits {
  list(choice: LimitChoice): Promise<ReachedLimit[]>;
  release(limits: readonly ReachedLimit[]): Promise<void>;
  /** The browsers that a login was signed in with are strangers again. @returns how many */
  forgetBrowsers(login: string): Promise<number>;
}

export async function withLimits<T>(
  config: Config,
  { brand, limits: settings }: BrandConfig,
  work: (limits: ManagedLimits) => Promise<T>,
): Promise<T> {
  const opened = openConfiguredStore(config, createLog({ level: 'silent', destination: { write() {} } }));
  const store = opened.forBrand(brand);
  try {
    return await work({
      async list(choice) {
        const reached = await listReachedLimits(store, settings);
        return reached.filter((limit) => isMeant(limit, choice));
      },
      async release(limits) {
        await Promise.all(limits.map((limit) => releaseLimit(store, limit)));
      },
      async forgetBrowsers(login) {
        const set = knownBrowsersOf(loginEntry(login));
        const browsers = await store.members(set);
        await Promise.all(browsers.map((browser) => store.removeMember(set, browser)));
        return browsers.length;
      },
    });
  } finally {
    await opened.close();
  }
}

/** What a limit counts stands in its entry, one after the other, as its kind says. */
function isMeant({ entry }: ReachedLimit, { login, address, client, account }: LimitChoice): boolean {
  const parts = entry.split(' ');
  const wanted = [
    ...(login === undefined ? [] : [loginEntry(login)]),
    ...(address === undefined ? [] : [addressEntry(address)]),
    ...(client === undefined ? [] : [client]),
    ...(account === undefined ? [] : [account]),
  ];
  return wanted.every((part) => parts.includes(part));
}
