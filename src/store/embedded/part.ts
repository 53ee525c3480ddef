import type { DatabaseSync } from 'node:sqlite';
import type { BrandStore } from '../contract.ts';

export interface EmbeddedContext {
  database: DatabaseSync;
  /** Epoch milliseconds. */
  now: () => number;
}

/** One table's share of the contract: statements are prepared once per store, brands are bound per call. */
export type EmbeddedPart<Names extends keyof BrandStore> = (
  context: EmbeddedContext,
) => (brand: string) => Pick<BrandStore, Names>;
