import type { Seal } from '../keys/seal.ts';
import type { Log } from '../log.ts';
import type { BrandStore } from '../store/contract.ts';
import type { VendorCall } from '../telemetry/contract.ts';
import { createTokenBroker } from './broker/create-token-broker.ts';
import type { Profile } from './broker/token-vendor.ts';
import { createLiveChatVendor } from './livechat/create-livechat-vendor.ts';
import type { ResolvedClient } from './preset-contract.ts';
import type { TokenBroker } from './token-broker.ts';

export interface OpenBrokersOptions {
  clients: readonly ResolvedClient[];
  brand: string;
  store: BrandStore;
  /** Opened when the first client needs it. */
  loadSeal(): Promise<Seal>;
  findProfile(accountId: string, clientId: string): Promise<Profile | undefined>;
  log: Log;
  fetch: typeof fetch;
  /** Told of each request to a platform's own servers. */
  onVendorCall?: ((call: VendorCall & { platform: string }) => void) | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The token brokers of a brand, by client id. */
export async function openBrokers(options: OpenBrokersOptions): Promise<ReadonlyMap<string, TokenBroker>> {
  const brokers = new Map<string, TokenBroker>();
  for (const { id: clientId, livechat: settings } of options.clients) {
    if (!settings) continue;
    const shared = { ...options, seal: await options.loadSeal() };
    const vendor = createLiveChatVendor({ ...shared, settings });
    brokers.set(clientId, createTokenBroker({ ...shared, vendor, clientId }));
  }
  return brokers;
}
