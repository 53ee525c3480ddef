import type { Provider } from 'oidc-provider';
import type { BrandStore } from '../store/contract.ts';

/**
 * One-time JWT ids (RFC 7523 section 3). The library finds, then saves: of 20 parallel uses of one id all passed.
 * The store writes an id once and says who was first.
 *
 * @param now seconds since the epoch
 */
export function createReplayDetection(
  store: BrandStore,
  now: () => number,
): typeof Provider.prototype.ReplayDetection.unique {
  return async (iss, jti, exp) => {
    const id = JSON.stringify([iss, jti]);
    return (await store.upsert('ReplayDetection', id, { iss }, Math.max(1, exp - now()))) === 'saved';
  };
}
