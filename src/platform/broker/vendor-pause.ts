import type { BrandStore } from '../../store/contract.ts';
import { VendorError } from './vendor-error.ts';

/** The platform wants fewer requests: every process leaves it alone for as long as it says. */
export interface VendorPause {
  /** Asks the platform, and begins a pause if that is the answer. @throws VendorError without asking, while one lasts */
  unlessPaused<T>(ask: () => Promise<T>): Promise<T>;
}

const model = 'VendorPause';

/** @param now milliseconds since 1970 */
export function createVendorPause(
  store: BrandStore,
  { name, title, now }: { name: string; title: string; now(): number },
): VendorPause {
  async function check(): Promise<void> {
    const pause = await store.find(model, name);
    if (!pause) return;
    const left = Math.ceil((Number(pause['until']) - now()) / 1000);
    if (left <= 0) return;
    throw new VendorError('unavailable', `${title} asked for fewer requests: left alone for ${left} s`, {
      retryAfter: left,
      isLimit: true,
    });
  }

  async function learnFrom(error: unknown): Promise<void> {
    if (!(error instanceof VendorError) || !error.isLimit || error.retryAfter === undefined) return;
    const pause = { until: now() + error.retryAfter * 1000 };
    try {
      await store.upsert(model, name, pause, error.retryAfter);
    } catch {
      // The error that taught it is what the caller hears of.
    }
  }

  return {
    async unlessPaused(ask) {
      // What this refuses teaches nothing: whoever asks during a pause must not make it longer.
      await check();
      try {
        return await ask();
      } catch (error) {
        await learnFrom(error);
        throw error;
      }
    },
  };
}
