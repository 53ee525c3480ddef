import type { BrandStore, Store } from '../../src/store/contract.ts';

export interface StoreCost {
  /** Calls of the store contract. */
  calls: number;
  /** How often somebody waited for it: calls that run together count once. */
  waits: number;
}

export interface CallCounter {
  /** The method, counted from now on. */
  count<T extends (...args: never[]) => Promise<unknown>>(method: T): T;
  /** What was counted since the last time. */
  take(): StoreCost;
}

export function createCallCounter(): CallCounter {
  let cost: StoreCost = { calls: 0, waits: 0 };
  let running = 0;
  let turn: Promise<unknown>[] = [];
  /** What begins in one turn of the event loop ends together: whose answer is read first is chance. */
  async function withItsTurn<T>(call: Promise<T>): Promise<T> {
    if (turn.length === 0) setImmediate(() => (turn = []));
    turn.push(call);
    const calls = turn;
    await new Promise(setImmediate);
    await Promise.allSettled(calls);
    return call;
  }
  return {
    count<T extends (...args: never[]) => Promise<unknown>>(method: T): T {
      return ((...args: never[]) => {
        cost.calls += 1;
        if (running === 0) cost.waits += 1;
        running += 1;
        return withItsTurn(method(...args)).finally(() => {
          running -= 1;
        });
      }) as T;
    },
    take() {
      const taken = cost;
      cost = { calls: 0, waits: 0 };
      return taken;
    },
  };
}

/** An object with counted methods. */
export function countMethods<T extends object>({ count }: CallCounter, methods: T): T {
  const counted = Object.entries(methods).map(([name, method]) => [name, count(method)]);
  return Object.fromEntries(counted) as T;
}

/** A store that counts what is asked of it. */
export function countCalls(store: Store): { store: Store; take(): StoreCost } {
  const counter = createCallCounter();
  return {
    store: { ...store, forBrand: (name): BrandStore => countMethods(counter, store.forBrand(name)) },
    take: counter.take,
  };
}
