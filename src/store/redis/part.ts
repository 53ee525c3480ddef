import type { BrandStore } from '../contract.ts';
import type { Connection } from './connection.ts';
import type { BrandKeys } from './keys.ts';

/** One kind of key's share of the contract. */
export type RedisPart<Names extends keyof BrandStore> = (
  connection: Connection,
  keys: BrandKeys,
) => Pick<BrandStore, Names>;
