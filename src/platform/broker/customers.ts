import type { Log } from '../../log.ts';
import type { BrandStore } from '../../store/contract.ts';
import type { CustomerLinks, FoundLink } from './customer-links.ts';
import type { Minted, TokenVendor, VendorToken } from './token-vendor.ts';
import type { UnfinishedCreations } from './unfinished-creations.ts';
import { VendorError } from './vendor-error.ts';

/** A consumer's customer at the platform: found by the link, or made once. */
export interface Customers {
  /** To be called under the consumer's lock. @throws VendorError */
  mint(accountId: string, request: MintRequest): Promise<VendorToken>;
}

export interface MintRequest {
  /** Milliseconds since 1970, before it waited for the lock. */
  askedAt: number;
  /** By `performance.now()`: the lock lasts long enough for a creation that begins before. */
  beginsBy: number;
}

export interface CustomersOptions {
  vendor: TokenVendor;
  store: BrandStore;
  links: CustomerLinks;
  unfinished: UnfinishedCreations;
  log: Pick<Log, 'error' | 'warn' | 'info'>;
}

/** Seconds in which a customer whom the platform disowns is not asked for again: each call may make a new one there. */
const restAfterMismatch = 600;

export function createCustomers(options: CustomersOptions): Customers {
  const { links } = options;
  return {
    async mint(accountId, request) {
      const found = await links.find(accountId);
      return found ? mintFor(options, accountId, found) : create(options, accountId, request);
    },
  };
}

async function mintFor(options: CustomersOptions, accountId: string, found: FoundLink): Promise<VendorToken> {
  const { vendor, links } = options;
  await checkUsable(options, accountId, found);
  const minted = await mintKnown(options, accountId, found);
  if (minted.token.customerId !== found.identity.customerId)
    throw await disown(options, accountId, {
      detail: `${vendor.title} answered with another customer than the one that the link names`,
      stray: minted.token,
    });
  if (minted.secret !== undefined) await links.renewSecret(accountId, found, minted.secret);
  return minted.token;
}

async function mintKnown(options: CustomersOptions, accountId: string, found: FoundLink): Promise<Minted> {
  try {
    return await options.vendor.mint(found.identity);
  } catch (error) {
    if (!(error instanceof VendorError) || error.fault !== 'customer_unknown') throw error;
    throw await disown(options, accountId, { detail: error.message });
  }
}

/** Asking with less than the link needs would silently make another customer. */
async function checkUsable(
  { vendor, store }: CustomersOptions,
  accountId: string,
  { identity, isLocked }: FoundLink,
): Promise<void> {
  const { model, id } = disownedNote(vendor.linkName, accountId);
  const mismatch = await store.find(model, id);
  if (mismatch)
    throw new VendorError(
      'failed',
      `${vendor.title} disowned this customer a moment ago: it is asked again in ten minutes, or after the link was repaired`,
    );
  if (!vendor.needsSecret || identity.secret !== undefined) return;
  throw new VendorError(
    'failed',
    isLocked
      ? "no key opens the secret of this consumer's link: put the key that it was sealed with into PARLEY_ENCRYPTION_KEYS, after the newest"
      : "this consumer's link has no secret, and grant: cookie needs one: use grant: agent_token, or import the link with its secret",
  );
}

/** Loud, and nothing is overwritten: behind the stored link lies everything that the consumer ever wrote. */
async function disown(
  { vendor, store, log }: CustomersOptions,
  accountId: string,
  { detail, stray }: { detail: string; stray?: VendorToken },
): Promise<VendorError> {
  const { model, id } = disownedNote(vendor.linkName, accountId);
  await store.upsert(model, id, {}, restAfterMismatch);
  if (stray) await vendor.revoke(stray.accessToken).catch(() => {});
  const advice =
    'The link is unchanged. `parley links show` prints it; import it again from an export with its secret, or unlink the consumer, who then starts without a history.';
  log.error({ accountId, detail }, `a consumer's customer at ${vendor.title} cannot be had. ${advice}`);
  return new VendorError('failed', detail);
}

async function create(
  options: CustomersOptions,
  accountId: string,
  { askedAt, beginsBy }: MintRequest,
): Promise<VendorToken> {
  const { vendor, links, unfinished, log } = options;
  const failedAt = await unfinished.findFailure(accountId);
  if (failedAt !== undefined && askedAt <= failedAt)
    // Whoever waited for that creation shares its outcome: each new one may be one more customer.
    throw new VendorError(
      'unavailable',
      `${vendor.title} did not say whether it made this consumer's customer`,
    );
  const left = await unfinished.begin(accountId);
  if (left) tellUnfinished(options, accountId, left.startedAt);
  const minted = await createOnce(options, accountId, beginsBy);
  const { token, secret } = minted;
  const counting = await links.put(accountId, { customerId: token.customerId, secret });
  await unfinished.end(accountId);
  if (counting === token.customerId) return token;
  // Our lock ran out, and another process was faster. Its customer counts; ours was never used.
  await vendor.revoke(token.accessToken).catch(() => {});
  log.warn(
    { accountId, unusedCustomer: token.customerId },
    `two processes made a customer at ${vendor.title}; the first one counts, this one has no chat and may be deleted there`,
  );
  const found = await links.find(accountId);
  if (!found) throw new VendorError('unavailable', 'the consumer was unlinked meanwhile');
  return mintFor(options, accountId, found);
}

async function createOnce(
  { vendor, unfinished, log }: CustomersOptions,
  accountId: string,
  beginsBy: number,
): Promise<Minted> {
  try {
    return await vendor.create(beginsBy);
  } catch (error) {
    const maybeDone = error instanceof VendorError && error.maybeDone;
    if (maybeDone) {
      log.warn(
        { accountId, detail: error.message },
        `${vendor.title} did not say whether it made a customer`,
      );
      await unfinished.fail(accountId);
    } else await unfinished.end(accountId);
    throw error;
  }
}

function tellUnfinished({ vendor, log }: CustomersOptions, accountId: string, startedAt: number): void {
  log.error(
    { accountId, startedAt: new Date(startedAt * 1000).toISOString() },
    `an earlier creation of this consumer's customer at ${vendor.title} did not come to its end. At most one customer ` +
      'without any chat is left there, made about then, and may be deleted; the consumer gets a new one now and loses nothing',
  );
}

/** Where the mark of a disowned customer lies: whoever repairs the link removes it. */
export function disownedNote(linkName: string, accountId: string): { model: string; id: string } {
  return { model: 'DisownedCustomer', id: `${linkName}:${accountId}` };
}
