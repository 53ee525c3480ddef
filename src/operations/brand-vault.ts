import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { Seal } from '../keys/seal.ts';
import { openBrokerFetch } from '../brand/brand-fetch.ts';
import { createSealLoader } from '../brand/load-seal.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import { createLog, type Log } from '../log.ts';
import { openBrokers } from '../platform/open-brokers.ts';
import { resolveClient } from '../platform/resolve-client.ts';
import type { TokenBroker } from '../platform/token-broker.ts';
import type { BrandStore } from '../store/contract.ts';

/** What the command line needs of a brand beside a running server: its store, the seal, and its brokers. */
export interface BrandVault {
  store: BrandStore;
  seal: Seal;
  log: Log;
  brokers: ReadonlyMap<string, TokenBroker>;
  /** To the platforms of the brand's clients. */
  fetch: typeof fetch;
}

/** Opens the store that the server uses, works in it, and closes it. */
export async function withBrandVault<T>(
  config: Config,
  brand: BrandConfig,
  work: (vault: BrandVault) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: 'silent' });
  const loadSeal = createSealLoader(config);
  const seal = await loadSeal();
  const outbound = openBrokerFetch(brand);
  const opened = openConfiguredStore(config, log);
  try {
    const store = opened.forBrand(brand.brand);
    const clients = brand.clients.map((client) => resolveClient(client));
    const brokers = await openBrokers({
      clients,
      brand: brand.brand,
      store,
      loadSeal,
      findProfile: async () => undefined,
      log,
      fetch: outbound.fetch,
      now: Date.now,
    });
    const result = await work({ store, seal, log, brokers, fetch: outbound.fetch });
    await Promise.all([...brokers.values()].map((broker) => broker.close()));
    return result;
  } finally {
    await outbound.close();
    await opened.close();
  }
}
