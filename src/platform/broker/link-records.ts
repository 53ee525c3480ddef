import { z } from 'zod';
import type { Seal } from '../../keys/seal.ts';
import type { BrandStore } from '../../store/contract.ts';
import { linkSchema, secretPlace } from './customer-links.ts';
import { disownedNote } from './customers.ts';
import { creationNote } from './unfinished-creations.ts';
import { consumerLock, withLock } from './wait-for-lock.ts';

/** A link outside the store, as one line of JSON. */
export const linkRecordSchema = z.strictObject({
  brand: z.string(),
  /** The platform, its organization and where they are separated its group. */
  platform: z.string().min(1),
  account: z.string().min(1),
  customer_id: z.string().min(1),
  created_at: z.number(),
  /** Sealed: it opens with the same PARLEY_ENCRYPTION_KEYS and for this customer alone. */
  secret: z.string().optional(),
});

export type LinkRecord = z.output<typeof linkRecordSchema>;

export type ImportOutcome =
  | 'written'
  /** The same customer was linked already. */
  | 'present'
  /** Another customer is linked: nothing was overwritten. */
  | 'conflict'
  /** No key of ours opens its secret: nothing was written. */
  | 'locked';

/** A brand's links for the operator: out of the store, into it, and away. */
export interface LinkRecords {
  list(options: { withSecrets: boolean }): AsyncGenerator<LinkRecord>;
  find(platform: string, account: string): Promise<LinkRecord | undefined>;
  import(record: LinkRecord): Promise<ImportOutcome>;
  /** @returns the customer who was linked */
  remove(platform: string, account: string): Promise<LinkRecord | undefined>;
}

export interface LinkRecordsOptions {
  store: BrandStore;
  seal: Seal;
  brand: string;
}

const pageSize = 500;

export function createLinkRecords({ store, seal, brand }: LinkRecordsOptions): LinkRecords {
  const toRecord = (platform: string, account: string, stored: unknown): LinkRecord => {
    const { customer_id, created_at, secret } = linkSchema.parse(stored);
    return { brand, platform, account, customer_id, created_at, ...(secret !== undefined && { secret }) };
  };
  const find = async (platform: string, account: string): Promise<LinkRecord | undefined> => {
    const stored = await store.findLink(platform, account);
    return stored && toRecord(platform, account, stored);
  };
  /** What was remembered of a link that is not there any more, or was repaired. */
  const forgetNotes = async (platform: string, account: string): Promise<void> => {
    for (const { model, id } of [disownedNote(platform, account), creationNote(platform, account)])
      await store.destroy(model, id);
  };

  return {
    find,

    async *list({ withSecrets }) {
      let after: string | undefined;
      do {
        const page = await store.listLinks({ after, limit: pageSize });
        for (const { platform, accountId, link } of page.links) {
          const { secret, ...record } = toRecord(platform, accountId, link);
          yield { ...record, ...(withSecrets && secret !== undefined && { secret }) };
        }
        after = page.next;
      } while (after !== undefined);
    },

    async import({ platform, account, customer_id: customerId, created_at, secret }) {
      const place = secretPlace({ brand, linkName: platform, accountId: account, customerId });
      const opened = secret === undefined ? undefined : await seal.open(secret, place);
      if (secret !== undefined && opened === undefined) return 'locked';
      const sealed = opened === undefined ? undefined : await seal.close(opened, place);
      const link = { customer_id: customerId, created_at, ...(sealed !== undefined && { secret: sealed }) };
      return withLock(store, consumerLock(platform, account), async () => {
        const before = await find(platform, account);
        const stored = await store.putLink(platform, account, link);
        if (linkSchema.parse(stored).customer_id !== customerId) return 'conflict';
        if (before && sealed !== undefined)
          await store.replaceLink(platform, account, stored, { ...stored, secret: sealed });
        await forgetNotes(platform, account);
        return before ? 'present' : 'written';
      });
    },

    remove: (platform, account) =>
      withLock(store, consumerLock(platform, account), async () => {
        const record = await find(platform, account);
        await store.removeLink(platform, account);
        await forgetNotes(platform, account);
        return record;
      }),
  };
}
