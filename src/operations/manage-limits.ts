import type { AuditLog } from '../audit/audit-log.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { LimitsConfig } from '../config/schema/limits-schema.ts';
import { knownBrowsersOf } from '../interaction/known-browsers.ts';
import { addressEntry, loginEntry } from '../limits/entries.ts';
import { listReachedLimits, type ReachedLimit, releaseLimit } from '../limits/reached-limits.ts';
import { createLog } from '../log.ts';
import type { BrandStore } from '../store/contract.ts';

export type { ReachedLimit } from '../limits/reached-limits.ts';

/** Whose limits are meant; each that is given must fit. */
export interface LimitChoice {
  login?: string | undefined;
  address?: string | undefined;
  client?: string | undefined;
  account?: string | undefined;
}

/** A brand's limits of attempts, for the operator. */
export interface ManagedLimits {
  list(choice: LimitChoice): Promise<ReachedLimit[]>;
  /** Forgets the attempts of those that are meant. @returns what it released, each with a line in `audit` */
  release(choice: LimitChoice, audit: Pick<AuditLog, 'record'>): Promise<ReachedLimit[]>;
  /** The browsers that a login was signed in with are strangers again. @returns how many */
  forgetBrowsers(login: string): Promise<number>;
}

/** Whether anybody in particular is meant: without that a release is one of all. */
export function isChosen({ login, address, client, account }: LimitChoice): boolean {
  return [login, address, client, account].some((part) => part !== undefined);
}

/** Opens the store that the server uses, works on the brand's limits, and closes it. */
export async function withLimits<T>(
  config: Config,
  { brand, limits }: BrandConfig,
  work: (limits: ManagedLimits) => Promise<T>,
): Promise<T> {
  const opened = openConfiguredStore(config, createLog({ level: 'silent', destination: { write() {} } }));
  try {
    return await work(createManagedLimits({ brand, limits, store: opened.forBrand(brand) }));
  } finally {
    await opened.close();
  }
}

export function createManagedLimits({
  brand,
  limits: settings,
  store,
}: {
  brand: string;
  limits: LimitsConfig;
  store: BrandStore;
}): ManagedLimits {
  const list = async (choice: LimitChoice): Promise<ReachedLimit[]> =>
    (await listReachedLimits(store, settings)).filter((limit) => isMeant(limit, choice));
  return {
    list,
    async release(choice, audit) {
      const meant = await list(choice);
      await Promise.all(meant.map((limit) => releaseLimit(store, limit)));
      for (const { kind, entry } of meant) audit.record('limit.released', { brand, limit: kind, entry });
      return meant;
    },
    async forgetBrowsers(login) {
      const set = knownBrowsersOf(loginEntry(login));
      const browsers = await store.members(set);
      await Promise.all(browsers.map((browser) => store.removeMember(set, browser)));
      return browsers.length;
    },
  };
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
