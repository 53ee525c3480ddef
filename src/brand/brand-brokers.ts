import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import { createNameConsumer } from '../interaction/name-consumer.ts';
import type { Seal } from '../keys/seal.ts';
import type { Log } from '../log.ts';
import type { Profile } from '../platform/broker/token-vendor.ts';
import { openBrokers } from '../platform/open-brokers.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import type { TokenBroker } from '../platform/token-broker.ts';
import type { BrandStore } from '../store/contract.ts';
import type { BrandTelemetry } from '../telemetry/contract.ts';

export interface BrandBrokersOptions {
  brand: BrandConfig;
  clients: readonly ResolvedClient[];
  store: BrandStore;
  directory: AccountDirectory;
  claims: ClaimsMapping;
  loadSeal(): Promise<Seal>;
  log: Log;
  now(): number;
  telemetry: Pick<BrandTelemetry, 'vendorCalled'>;
  fetch: typeof fetch;
}

/** The token brokers of a brand's clients, with what each needs of the rest: names and e-mails as they are mapped. */
export function openBrandBrokers(options: BrandBrokersOptions): Promise<ReadonlyMap<string, TokenBroker>> {
  const { brand, directory, claims } = options;
  const nameConsumer = createNameConsumer(claims);

  async function findProfile(accountId: string, clientId: string): Promise<Profile | undefined> {
    const account = await directory.findAccount(accountId);
    if (!account) return undefined;
    const asked = { account, clientId, scopes: ['email'], requested: [], use: 'userinfo' as const };
    const { email } = claims.release(asked);
    const name = nameConsumer(account, clientId);
    return { ...(name !== undefined && { name }), ...(typeof email === 'string' && { email }) };
  }

  return openBrokers({
    ...options,
    brand: brand.brand,
    findProfile,
    onVendorCall: options.telemetry.vendorCalled,
  });
}
