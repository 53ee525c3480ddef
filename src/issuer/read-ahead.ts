import { LRUCache } from 'lru-cache';
import { Provider } from 'oidc-provider';
import type { BrandStore, Payload } from '../store/contract.ts';

/**
 * A code leads to its grant, and the library asks for one after the other. Of a code that this process made, the grant
 * is known: both are asked for in one round trip.
 */
export interface ReadAhead {
  /** Called with each code that is saved. */
  note(codeId: string, grantId: unknown): void;
  /** Called when a code is asked for: its grant is asked for too. */
  begin(codeId: string): void;
  /** The grant that was asked for during this request, once. */
  take(grantId: string): Promise<Payload | undefined> | undefined;
}

/** Codes live for a minute or so. */
const mostCodes = 10_000;

export function createReadAhead(store: Pick<BrandStore, 'find'>): ReadAhead {
  const grants = new LRUCache<string, string>({ maxSize: mostCodes, sizeCalculation: () => 1 });
  const asked = new WeakMap<object, { grantId: string; answer: Promise<Payload | undefined> }>();
  return {
    note(codeId, grantId) {
      if (typeof grantId === 'string') grants.set(codeId, grantId);
    },
    begin(codeId) {
      const grantId = grants.get(codeId);
      if (grantId === undefined || !Provider.ctx) return;
      const answer = store.find('Grant', grantId);
      // Its failure is that of whoever takes it.
      answer.catch(() => {});
      asked.set(Provider.ctx, { grantId, answer });
    },
    take(grantId) {
      const ctx = Provider.ctx;
      const found = ctx && asked.get(ctx);
      if (found?.grantId !== grantId) return undefined;
      asked.delete(ctx as object);
      return found.answer;
    },
  };
}
