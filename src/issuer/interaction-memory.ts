import { createHash } from 'node:crypto';
import type { BrandStore } from '../store/contract.ts';

/**
 * What one page of an interaction leaves for the next one. A record belongs to an interaction and a browser: the
 * interaction's cookie can be planted from a sibling subdomain, and with it what an attacker had begun.
 */
export interface InteractionMemory {
  /** @param expiresIn seconds */
  save(place: Place, value: Record<string, unknown>, expiresIn: number): Promise<void>;
  find(place: Place): Promise<Record<string, unknown> | undefined>;
  /** Of any number of parallel callers one gets it. */
  take(place: Place): Promise<Record<string, unknown> | undefined>;
}

export interface Place {
  interactionUid: string;
  /** The hash of the browser's own secret. */
  browser: string;
  name: string;
}

const model = 'InteractionMemory';

export function createInteractionMemory(store: BrandStore): InteractionMemory {
  async function find(place: Place): Promise<Record<string, unknown> | undefined> {
    const record = await store.find(model, idOf(place));
    return record?.['consumed'] ? undefined : (record?.['value'] as Record<string, unknown> | undefined);
  }
  return {
    find,
    async save(place, value, expiresIn) {
      await store.upsert(model, idOf(place), { value }, expiresIn);
    },
    async take(place) {
      const value = await find(place);
      if (!value || (await store.consume(model, idOf(place))) !== 'consumed') return undefined;
      // A consumed record would stay so, and the consumer may try once more.
      await store.destroy(model, idOf(place));
      return value;
    },
  };
}

function idOf({ interactionUid, browser, name }: Place): string {
  return createHash('sha256')
    .update(JSON.stringify([interactionUid, browser, name]))
    .digest('base64url');
}
