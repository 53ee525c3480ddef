import { type BrandVault, withBrandVault } from './brand-vault.ts';
import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { createLinkRecords, type LinkRecord, type LinkRecords } from '../platform/broker/link-records.ts';
import { sessionsOf } from '../platform/broker/token-cache.ts';
import { livechatLinkName } from '../platform/livechat/link-name.ts';

export { type LinkRecord, linkRecordSchema } from '../platform/broker/link-records.ts';

/** A brand's links, for the operator. */
export interface ManagedLinks extends Pick<LinkRecords, 'list' | 'import'> {
  /** At every platform that the brand's clients use. */
  findAll(account: string): Promise<LinkRecord[]>;
  /** The consumer's tokens are revoked and its links removed. */
  unlink(account: string): Promise<LinkRecord[]>;
}

/** Opens the store that the server uses, works on the brand's links, and closes it. */
export function withLinks<T>(
  config: Config,
  brand: BrandConfig,
  work: (links: ManagedLinks) => Promise<T>,
): Promise<T> {
  return withBrandVault(config, brand, (vault) => work(createManagedLinks(vault, brand)));
}

export function createManagedLinks(
  vault: Pick<BrandVault, 'store' | 'seal' | 'brokers'>,
  { brand, clients }: { brand: string; clients: readonly Pick<ClientConfig, 'livechat'>[] },
): ManagedLinks {
  const platforms = new Set(
    clients.flatMap(({ livechat }) => (livechat ? [livechatLinkName(livechat)] : [])),
  );
  const records = createLinkRecords({ ...vault, brand });
  return {
    list: records.list,
    import: records.import,
    findAll: (account) => findEach(platforms, (platform) => records.find(platform, account)),
    async unlink(account) {
      await endTokens(vault, account);
      return findEach(platforms, (platform) => records.remove(platform, account));
    },
  };
}

async function findEach(
  platforms: ReadonlySet<string>,
  find: (platform: string) => Promise<LinkRecord | undefined>,
): Promise<LinkRecord[]> {
  const found = await Promise.all([...platforms].map(find));
  return found.filter((record) => record !== undefined);
}

/** The link goes last: while a token lives, its chat is still the consumer's. */
async function endTokens(
  { store, brokers }: Pick<BrandVault, 'store' | 'brokers'>,
  accountId: string,
): Promise<void> {
  for (const member of await store.members(sessionsOf(accountId))) {
    const end = member.lastIndexOf(':');
    const broker = brokers.get(member.slice(0, end));
    await broker?.endSession({ accountId, sessionUid: member.slice(end + 1) });
  }
}
