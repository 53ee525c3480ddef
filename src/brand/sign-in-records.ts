import type { BrandConfig } from '../config/brand-schema.ts';
import type { SignInRecords } from '../directory/oidc/contract.ts';
import { longestLife } from '../issuer/lifetimes.ts';
import type { Store } from '../store/contract.ts';

const model = 'SignInRecord';

/**
 * What an upstream has told of its consumers, in the brand's share of the store. A record lives as long as anything
 * that its sign-in may have led to, and is renewed with each sign-in.
 */
export function createSignInRecords(options: { brand: BrandConfig; store: Store }): SignInRecords {
  const { brand } = options;
  const store = options.store.forBrand(brand.brand);
  return {
    async find(accountId) {
      return (await store.find(model, accountId))?.['record'] as Record<string, unknown> | undefined;
    },
    async save(accountId, record) {
      await store.upsert(model, accountId, { record }, longestLife(brand));
    },
  };
}
