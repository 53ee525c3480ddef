import type { Operation } from './calls.ts';

/** How the twin misbehaves on demand. */
export type Fault =
  /** The agent token is not known any more. */
  | { kind: 'unauthorized' }
  /** @param retryAfter seconds; absent: the answer does not say when */
  | { kind: 'rate_limited'; retryAfter?: number }
  | { kind: 'server_error' }
  | { kind: 'temporarily_unavailable'; retryAfter?: number }
  /** Status 200, and an exception in the body. */
  | { kind: 'exception_with_200' }
  /** Status 200, and a page of some proxy. */
  | { kind: 'garbage' }
  /** Keeps the connection and never answers. */
  | { kind: 'hang' }
  /** A token of a customer who was not asked for. */
  | { kind: 'other_entity' }
  /** Does what was asked, then loses the connection before the answer. */
  | { kind: 'lost_answer' }
  /** Does what was asked and keeps the answer until `until` resolves. */
  | { kind: 'held_answer'; until: Promise<unknown>; onArrival?: () => void };

export interface Faults {
  /** From now on, for `times` calls (default: until another fault or none is set). */
  set(fault: Fault, options?: { operation?: Operation; times?: number }): void;
  clear(): void;
  /** The fault that this call meets. */
  take(operation: Operation): Fault | undefined;
}

export function createFaults(): Faults {
  let current: { fault: Fault; operation: Operation; left: number } | undefined;
  return {
    set(fault, { operation = 'customer_token', times = Infinity } = {}) {
      current = { fault, operation, left: times };
    },
    clear() {
      current = undefined;
    },
    take(operation) {
      if (!current || current.operation !== operation || current.left <= 0) return undefined;
      current.left -= 1;
      return current.fault;
    },
  };
}
