import type { Tracer } from '@opentelemetry/api';
import type { BrandStore, Store } from '../store/contract.ts';
import { carryTrace } from './carry-trace.ts';
import type { Metrics } from './metrics.ts';
import { findRequestSpan, preciseTime } from './request-span.ts';

type Operation = (...args: never[]) => Promise<unknown>;

export interface WatchOptions {
  metrics: Metrics | undefined;
  tracer: Tracer | undefined;
}

/** Times each operation of the store, and carries the trace of a sign-in from request to request. */
export function watchStore(store: Store, { metrics, tracer }: WatchOptions): Store {
  if (!metrics && !tracer) return store;
  return {
    ...store,
    forBrand(brand) {
      const own = store.forBrand(brand);
      const carrying = tracer ? carryTrace(own) : own;
      const watched = Object.entries(carrying).map(([name, operation]: [string, Operation]) => [
        name,
        watch(name, operation, { metrics, tracer }),
      ]);
      return Object.fromEntries(watched) as BrandStore;
    },
  };
}

function watch(operation: string, run: Operation, { metrics, tracer }: WatchOptions): Operation {
  const name = `store ${operation}`;
  const labels = { operation };
  const note = (began: number, failed: boolean, subject: unknown): void => {
    const ended = preciseTime();
    metrics?.storeDuration.observe(labels, (ended - began) / 1000);
    if (failed) metrics?.storeFailures.inc(labels);
    if (!tracer) return;
    const attributes = isAboutModel(operation) ? { 'parley.model': String(subject) } : {};
    findRequestSpan()?.add({ name, began, ended, attributes, failed });
  };
  return (...args) => {
    const began = preciseTime();
    return run(...args).then(
      (result) => {
        note(began, false, args[0]);
        return result;
      },
      (error: unknown) => {
        note(began, true, args[0]);
        throw error;
      },
    );
  };
}

/** The first argument is a kind of record; elsewhere it may name an account, which no trace shows. */
function isAboutModel(operation: string): boolean {
  return ['upsert', 'find', 'findByUid', 'findByUserCode', 'consume', 'destroy'].includes(operation);
}
