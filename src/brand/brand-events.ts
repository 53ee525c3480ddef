import type { BrandConfig } from '../config/brand-schema.ts';
import {
  type OpenedEventVerifier,
  openEventVerifier,
} from '../directory/back-channel/open-event-verifier.ts';
import type { BrandStore } from '../store/contract.ts';

export interface BrandEventsOptions {
  brand: BrandConfig;
  store: BrandStore;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Verifies what the brand says at the back channel: by its own keys, or by those of the first way for which the brand
 * signs. Undefined: it signs nothing.
 */
export function openBrandEvents({ brand, store, now }: BrandEventsOptions): OpenedEventVerifier | undefined {
  const { login, back_channel: backChannel } = brand;
  const signing = login.find((way) => way.assertion ?? way.brand);
  const settings = backChannel?.verify ?? signing?.assertion?.verify ?? signing?.brand?.verify;
  return (
    settings &&
    openEventVerifier({
      settings,
      audience: brand.issuer,
      now: () => Math.floor(now() / 1000),
      useOnce: async (issuer, jti, seconds) => {
        const id = JSON.stringify(['event', issuer, jti]);
        return (await store.upsert('ReplayDetection', id, {}, seconds)) === 'saved';
      },
    })
  );
}
