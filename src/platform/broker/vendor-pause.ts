import type { BrandStore } from '../../store/contract.ts';
import { VendorError } from './vendor-error.ts';

/** The platform says how long it wants to be left alone (429, 503): every process does so. */
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
    throw new VendorError('unavailable', `${title} asked to be left alone: not asked for ${left} s`, {
      retryAfter: left,
      isLimit: true,
    });
  }

  async function learnFrom(error: unknown): Promise<void> {
    if (!(error instanceof VendorError) || error.retryAfter === undefined) return;
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
