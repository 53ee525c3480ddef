import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { BrandSite } from '../brand/brand-site.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import { type RunningRequests, trackRequests } from '../http/running-requests.ts';
import { createSiteTable, type SiteTable } from '../http/site-table.ts';
import type { Log } from '../log.ts';

/** The brands that this process serves now. */
export interface LiveBrands {
  sites(): readonly BrandSite[];
  named(brand: string): BrandSite | undefined;
  find: SiteTable['find'];
  /**
   * Serves these brands from now on, all or nothing: when one cannot be opened, the promise rejects with every
   * reason and nothing has changed. A brand whose configuration is the same keeps its site. Requests that run end
   * on the site that they began with, which is closed after the last of them. Calls must not overlap.
   */
  replace(brands: readonly BrandConfig[]): Promise<BrandChanges>;
  /** Opens this brand anew, as its configuration is: something else that it is made of has changed. */
  renew(brand: string): Promise<void>;
  close(): Promise<void>;
}

/** Names of brands. */
export interface BrandChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

export interface LiveBrandsOptions {
  open(brand: BrandConfig): Promise<BrandSite>;
  log: Pick<Log, 'error'>;
  /** Milliseconds since the epoch. */
  now(): number;
}

interface LiveBrand {
  config: BrandConfig;
  site: BrandSite;
  requests: RunningRequests;
}

/** Milliseconds that a brand which was replaced waits for its last requests; none may take that long. */
const patience = 30_000;
/** Milliseconds after which an issuer that nobody has asked is put away, and between two looks for such. */
const idle = 10 * 60_000;
const betweenLooks = 60_000;

export function createLiveBrands({ open, log, now }: LiveBrandsOptions): LiveBrands {
  let live: ReadonlyMap<string, LiveBrand> = new Map();
  let table = createSiteTable([]);
  const retiring = new Set<Promise<void>>();
  const stopping = new AbortController();
  const tidying = setInterval(() => {
    for (const { site } of live.values()) site.putAway(now() - idle);
  }, betweenLooks).unref();

  async function retire({ site, requests }: LiveBrand): Promise<void> {
    const timeUp = pause(patience, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    await Promise.race([requests.idle(), timeUp]);
    await site
      .close()
      .catch((error) =>
        log.error({ brand: site.brand, detail: String(error) }, 'a brand was not closed well'),
      );
  }

  /** One turn of the event loop: no request sees some of the brands old and some new. */
  function swap(after: ReadonlyMap<string, LiveBrand>): void {
    const before = live;
    live = after;
    table = createSiteTable(
      [...after.values()].map(({ site, requests }) => ({ ...site, handler: requests.handler })),
    );
    for (const entry of before.values()) {
      if (after.get(entry.site.brand) === entry) continue;
      const done = retire(entry).finally(() => retiring.delete(done));
      retiring.add(done);
    }
  }

  return {
    sites: () => [...live.values()].map(({ site }) => site),
    named: (brand) => live.get(brand)?.site,
    find: (host, path) => table.find(host, path),
    async replace(brands) {
      const before = live;
      const isSame = (brand: BrandConfig) => isDeepStrictEqual(before.get(brand.brand)?.config, brand);
      const opened = await openAll(
        brands.filter((brand) => !isSame(brand)),
        open,
      );
      const after = new Map(
        brands.flatMap(({ brand }) => {
          const entry = opened.get(brand) ?? before.get(brand);
          return entry ? [[brand, entry] as const] : [];
        }),
      );
      swap(after);
      return {
        added: [...opened.keys()].filter((brand) => !before.has(brand)),
        changed: [...opened.keys()].filter((brand) => before.has(brand)),
        removed: [...before.keys()].filter((brand) => !after.has(brand)),
      };
    },
    async renew(brand) {
      const entry = live.get(brand);
      if (entry) swap(new Map([...live, ...(await openAll([entry.config], open))]));
    },
    async close() {
      stopping.abort();
      clearInterval(tidying);
      await Promise.all([...[...live.values()].map(({ site }) => site.close()), ...retiring]);
    },
  };
}

async function openAll(
  brands: readonly BrandConfig[],
  open: LiveBrandsOptions['open'],
): Promise<Map<string, LiveBrand>> {
  const outcomes = await Promise.allSettled(
    brands.map(async (config): Promise<[string, LiveBrand]> => {
      const site = await open(config);
      return [config.brand, { config, site, requests: trackRequests(site.handler) }];
    }),
  );
  const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length === 0) return new Map(opened);
  await Promise.allSettled(opened.map(([, { site }]) => site.close()));
  throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(reasonOf).join('\n'));
}

function reasonOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
