import type { BrandStore } from '../../store/contract.ts';
import { VendorError } from './vendor-error.ts';

/** The platform wants fewer requests: every process leaves it alone for as long as it says. */
export interface VendorPause {
  /** @throws VendorError while it lasts */
  check(): Promise<void>;
  /** Notes what the error says about it. */
  learnFrom(error: unknown): Promise<void>;
}

const model = 'VendorPause';

/** @param now milliseconds since 1970 */
export function createVendorPause(
  store: BrandStore,
  { name, title, now }: { name: string; title: string; now(): number },
): VendorPause {
  return {
    async check() {
      const pause = await store.find(model, name);
      if (!pause) return;
      const left = Math.ceil((Number(pause['until']) - now()) / 1000);
      if (left <= 0) return;
      throw new VendorError('unavailable', `${title} asked for fewer requests: left alone for ${left} s`, {
        retryAfter: left,
        isLimit: true,
      });
    },
    async learnFrom(error) {
      if (!(error instanceof VendorError) || !error.isLimit || error.retryAfter === undefined) return;
      const pause = { until: now() + error.retryAfter * 1000 };
      try {
        await store.upsert(model, name, pause, error.retryAfter);
      } catch {
        // The error that taught it is what the caller hears of.
      }
    },
  };
}
