import type { DatabaseSync } from 'node:sqlite';
import type { BrandStore } from '../contract.ts';
import type { WriteGroup } from './write-group.ts';

export interface EmbeddedContext {
  database: DatabaseSync;
  /** Epoch milliseconds. */
  now: () => number;
  group: WriteGroup;
}

/** One table's share of the contract: statements are prepared once per store, brands are bound per call. */
export type EmbeddedPart<Names extends keyof BrandStore> = (
  context: EmbeddedContext,
) => (brand: string) => Pick<BrandStore, Names>;
