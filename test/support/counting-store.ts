import type { BrandStore, Store } from '../../src/store/contract.ts';

export interface StoreCost {
  /** Calls of the store contract. */
  calls: number;
  /** How often somebody waited for it: calls that run together count once. */
  waits: number;
}

/** A store that counts what is asked of it. */
export function countCalls(store: Store): { store: Store; take(): StoreCost } {
  let cost: StoreCost = { calls: 0, waits: 0 };
  let running = 0;

  function count<T extends (...args: never[]) => Promise<unknown>>(method: T): T {
    return ((...args: never[]) => {
      cost.calls += 1;
      if (running === 0) cost.waits += 1;
      running += 1;
      return method(...args).finally(() => {
        running -= 1;
      });
    }) as T;
  }

  return {
    store: {
      ...store,
      forBrand(name) {
        const methods = Object.entries(store.forBrand(name)).map(([method, call]) => [method, count(call)]);
        return Object.fromEntries(methods) as BrandStore;
      },
    },
    take() {
      const taken = cost;
      cost = { calls: 0, waits: 0 };
      return taken;
    },
  };
}
