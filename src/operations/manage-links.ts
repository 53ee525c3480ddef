import { type BrandVault, withBrandVault } from './brand-vault.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { createLinkRecords, type LinkRecord, type LinkRecords } from '../platform/broker/link-records.ts';
import { sessionsOf } from '../platform/broker/token-cache.ts';
import { livechatLinkName } from '../platform/livechat/link-name.ts';

export { type LinkRecord, linkRecordSchema } from '../platform/broker/link-records.ts';

/** A brand's links, for the command line. */
export interface ManagedLinks extends Pick<LinkRecords, 'list' | 'import'> {
  /** At every platform that the brand's clients use. */
  findAll(account: string): Promise<LinkRecord[]>;
  /** The consumer's tokens are revoked and its links removed. */
  unlink(account: string): Promise<LinkRecord[]>;
}

export function withLinks<T>(
  config: Config,
  brand: BrandConfig,
  work: (links: ManagedLinks) => Promise<T>,
): Promise<T> {
  const platforms = new Set(
    brand.clients.flatMap(({ livechat }) => (livechat ? [livechatLinkName(livechat)] : [])),
  );
  return withBrandVault(config, brand, async (vault) => {
    const records = createLinkRecords({ ...vault, brand: brand.brand });
    return work({
      list: records.list,
      import: records.import,
      findAll: (account) => findEach(platforms, (platform) => records.find(platform, account)),
      async unlink(account) {
        await endTokens(vault, account);
        return findEach(platforms, (platform) => records.remove(platform, account));
      },
    });
  });
}

async function findEach(
  platforms: ReadonlySet<string>,
  find: (platform: string) => Promise<LinkRecord | undefined>,
): Promise<LinkRecord[]> {
  const found = await Promise.all([...platforms].map(find));
  return found.filter((record) => record !== undefined);
}

/** The link goes last: while a token lives, its chat is still the consumer's. */
async function endTokens({ store, brokers }: BrandVault, accountId: string): Promise<void> {
  for (const member of await store.members(sessionsOf(accountId))) {
    const end = member.lastIndexOf(':');
    const broker = brokers.get(member.slice(0, end));
    await broker?.endSession({ accountId, sessionUid: member.slice(end + 1) });
  }
}
