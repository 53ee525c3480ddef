import { LRUCache } from 'lru-cache';
import type { Context, Middleware, Next } from 'koa';
import { ParleyError } from '../errors.ts';
import type { BrandStore } from '../store/contract.ts';
import { addressGroup } from './address-group.ts';

/** As long as such a request is kept: what an address may begin in this time is what it can occupy at once. */
const windowSeconds = 10 * 60;
/** Milliseconds for which a process remembers that an address is over its limit; then it asks the store again. */
const remembered = 10_000;
const mostAddresses = 10_000;

export interface AnonymousLimit {
  /** Counts one more. @throws ParleyError('too_many_requests') */
  admit(ip: string): Promise<void>;
  /** Refuses whatever an address over its limit begins, for nothing: no store, no library, no look at the request. */
  refuseEarly(speaksForSomebody: (ctx: Context) => Promise<boolean>): Middleware;
}

/**
 * How many authorization requests that wait for a sign-in one address may leave in the store. Whoever is signed in,
 * and platforms that redeem codes from a few addresses, are not counted.
 *
 * @param limit in ten minutes
 */
export function createAnonymousLimit(counter: Pick<BrandStore, 'increment'>, limit: number): AnonymousLimit {
  const over = new LRUCache<string, true>({
    // Not `max`, which would set the room for all of them aside at once, for each brand.
    maxSize: mostAddresses,
    sizeCalculation: () => 1,
    ttl: remembered,
  });
  const detail = `more than ${limit} anonymous requests`;
  const repeated = new ParleyError('too_many_requests', detail, { isOneOfMany: true });
  return {
    async admit(ip) {
      const address = addressGroup(ip);
      if (over.has(address)) throw repeated;
      if ((await counter.increment(`anonymous-from:${address}`, windowSeconds)) <= limit) return;
      // What is refused from now on writes nothing, or a flood would keep the disk of the embedded store busy.
      over.set(address, true);
      throw new ParleyError('too_many_requests', detail);
    },
    refuseEarly(speaksForSomebody) {
      const refuseStrangers = async (ctx: Context, next: Next): Promise<void> => {
        if (!(await speaksForSomebody(ctx))) throw repeated;
        await next();
      };
      return (ctx: Context, next: Next) => {
        const isOver = over.size > 0 && asksForSignIn(ctx) && over.has(addressGroup(ctx.ip));
        return isOver ? refuseStrangers(ctx, next) : next();
      };
    },
  };
}

/** What is silent, or was pushed, leaves nothing behind and may be for somebody who is known otherwise. */
function asksForSignIn({ path, querystring }: Context): boolean {
  return path === '/auth' && !/(?:^|&)(?:prompt=none|request(?:_uri)?=)/.test(querystring);
}
