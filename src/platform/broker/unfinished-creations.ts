import type { BrandStore } from '../../store/contract.ts';

/**
 * A note is written before a customer is made at the platform and goes when the link is written. One that is still
 * there tells of a process that ended in between: the platform then has a customer whom nobody ever used, for a
 * token leaves Parley only after the link is safe.
 */
export interface UnfinishedCreations {
  /** @returns the note that somebody left, or undefined; ours stands from now on */
  begin(accountId: string): Promise<{ startedAt: number } | undefined>;
  /** The platform did not say whether it made a customer; the note stays. */
  fail(accountId: string): Promise<void>;
  /** Milliseconds since 1970 at which the last creation failed so; undefined: none did, or its process died. */
  findFailure(accountId: string): Promise<number | undefined>;
  end(accountId: string): Promise<void>;
}

const model = 'CustomerCreation';
/** Seconds. */
const memory = 90 * 24 * 3600;

/** @param now milliseconds since 1970 */
export function createUnfinishedCreations(
  store: BrandStore,
  linkName: string,
  now: () => number,
): UnfinishedCreations {
  const idOf = (accountId: string) => creationNote(linkName, accountId).id;
  return {
    async begin(accountId) {
      const left = await store.find(model, idOf(accountId));
      await store.upsert(model, idOf(accountId), { started_at: Math.floor(now() / 1000) }, memory);
      return left && { startedAt: Number(left['started_at']) };
    },
    async fail(accountId) {
      const note = await store.find(model, idOf(accountId));
      if (note) await store.upsert(model, idOf(accountId), { ...note, failed_at: now() }, memory);
    },
    async findFailure(accountId) {
      const failedAt = (await store.find(model, idOf(accountId)))?.['failed_at'];
      return typeof failedAt === 'number' ? failedAt : undefined;
    },
    end: (accountId) => store.destroy(model, idOf(accountId)),
  };
}

/** Where the note lies; it goes with the link when a consumer is unlinked. */
export function creationNote(linkName: string, accountId: string): { model: string; id: string } {
  return { model, id: `${linkName}:${accountId}` };
}
