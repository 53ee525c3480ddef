import type { BrandStore } from '../../store/contract.ts';
import { VendorError } from './vendor-error.ts';

/** Each token costs the brand money, and any consumer who is signed in can ask for a fresh one again and again. */
export interface MintLimit {
  /** Under the consumer's lock. @throws VendorError, without minting, when the consumer has had too many */
  within<T>(accountId: string, mint: () => Promise<T>): Promise<T>;
}

/** Seconds. */
const span = 600;
/** For one consumer in this span: four windows that reconnect in vain, a minute apart as LiveChat's do, stay below it. */
const most = 60;

export function createMintLimit(store: BrandStore, linkName: string): MintLimit {
  return {
    async within(accountId, mint) {
      const counter = `vendor-mints:${linkName}:${accountId}`;
      if ((await store.readCounter(counter)) >= most)
        throw new VendorError(
          'too_many',
          `one consumer asks for new tokens without end: ${most} in ${span / 60} minutes; does its chat refuse them?`,
          { retryAfter: 60 },
        );
      const minted = await mint();
      await store.increment(counter, span);
      return minted;
    },
  };
}
