import type { TokenVendor } from '../broker/token-vendor.ts';

/** One of LiveChat's ways to a customer's token. */
export type CustomerGrant = Pick<TokenVendor, 'needsSecret' | 'create' | 'mint'>;
