import { ParleyError } from '../errors.ts';
import type { BrandStore } from '../store/contract.ts';
import { addressGroup } from './address-group.ts';

/** As long as such a request is kept: what an address may begin in this time is what it can occupy at once. */
const windowSeconds = 10 * 60;

/**
 * How many authorization requests that wait for a sign-in one address may leave in the store. Whoever is signed in,
 * and platforms that redeem codes from a few addresses, are not counted.
 *
 * @param limit in ten minutes
 */
export function createAnonymousLimit(counter: Pick<BrandStore, 'increment' | 'readCounter'>, limit: number) {
  /** @throws ParleyError('too_many_requests') */
  return async (ip: string): Promise<void> => {
    const name = `anonymous-from:${addressGroup(ip)}`;
    // Read first: what is refused writes nothing, or a flood would keep the disk of the embedded store busy.
    const isOver =
      (await counter.readCounter(name)) >= limit || (await counter.increment(name, windowSeconds)) > limit;
    if (isOver) throw new ParleyError('too_many_requests', `more than ${limit} anonymous requests`);
  };
}
