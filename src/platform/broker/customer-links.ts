import { z } from 'zod';
import type { Seal } from '../../keys/seal.ts';
import type { BrandStore } from '../../store/contract.ts';
import type { VendorIdentity } from './token-vendor.ts';

/** What a link holds. It is permanent: it outlives sessions, tokens and restarts, and is written once. */
export const linkSchema = z.looseObject({
  /** The platform's own id of the customer. */
  customer_id: z.string().min(1),
  /** Seconds since 1970. */
  created_at: z.number(),
  /** The customer's secret, sealed. */
  secret: z.string().optional(),
  /** Of the name and e-mail that the platform was last told. */
  profile: z.string().optional(),
});

export type CustomerLink = z.output<typeof linkSchema>;

export interface FoundLink {
  link: CustomerLink;
  identity: VendorIdentity;
  /** There is a secret, and none of our keys opens it. */
  isLocked: boolean;
}

export interface CustomerLinks {
  find(accountId: string): Promise<FoundLink | undefined>;
  /** Writes the link unless there is one. @returns the customer that counts from now on, ours or an earlier one */
  put(accountId: string, identity: VendorIdentity): Promise<string>;
  /** Keeps the customer's newest secret, or seals the same one with the newest key. */
  renewSecret(accountId: string, found: FoundLink, secret: string): Promise<void>;
  noteProfile(accountId: string, link: CustomerLink, fingerprint: string): Promise<void>;
}

export interface CustomerLinksOptions {
  store: BrandStore;
  seal: Seal;
  brand: string;
  linkName: string;
  /** Milliseconds since 1970. */
  now(): number;
}

export function createCustomerLinks({
  store,
  seal,
  brand,
  linkName,
  now,
}: CustomerLinksOptions): CustomerLinks {
  const placeOf = (accountId: string, customerId: string) =>
    secretPlace({ brand, linkName, accountId, customerId });

  return {
    async find(accountId) {
      const stored = await store.findLink(linkName, accountId);
      if (!stored) return undefined;
      const link = linkSchema.parse(stored);
      const secret =
        link.secret === undefined
          ? undefined
          : await seal.open(link.secret, placeOf(accountId, link.customer_id));
      return {
        link,
        identity: { customerId: link.customer_id, secret },
        isLocked: link.secret !== undefined && secret === undefined,
      };
    },

    async put(accountId, { customerId, secret }) {
      const sealed =
        secret === undefined ? undefined : await seal.close(secret, placeOf(accountId, customerId));
      const link: CustomerLink = {
        customer_id: customerId,
        created_at: Math.floor(now() / 1000),
        ...(sealed !== undefined && { secret: sealed }),
      };
      return linkSchema.parse(await store.putLink(linkName, accountId, link)).customer_id;
    },

    async renewSecret(accountId, { link, identity }, secret) {
      const isSame = secret === identity.secret && link.secret !== undefined && seal.isCurrent(link.secret);
      if (isSame) return;
      const sealed = await seal.close(secret, placeOf(accountId, link.customer_id));
      await change(accountId, link, { secret: sealed });
    },

    async noteProfile(accountId, link, fingerprint) {
      await change(accountId, link, { profile: fingerprint });
    },
  };

  /** Only while the link is about the same customer: whoever replaced it knew why. */
  async function change(accountId: string, link: CustomerLink, part: Partial<CustomerLink>): Promise<void> {
    for (let expected = link; expected.customer_id === link.customer_id; ) {
      if (await store.replaceLink(linkName, accountId, expected, { ...expected, ...part })) return;
      const stored = await store.findLink(linkName, accountId);
      if (!stored) return;
      expected = linkSchema.parse(stored);
    }
  }
}

/** A sealed secret opens for this customer of this account and nowhere else. */
export function secretPlace(place: {
  brand: string;
  linkName: string;
  accountId: string;
  customerId: string;
}): string[] {
  return ['link', place.brand, place.linkName, place.accountId, place.customerId];
}
