import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { BrandStore, Store } from '../src/store/contract.ts';
import type { Telemetry } from '../src/telemetry/contract.ts';
import { createTelemetry } from '../src/telemetry/create-telemetry.ts';

/**
 * What watching costs one operation of the store, of which a sign-in makes about 40: the store itself does nothing here,
 * so that all that is left is the watching. `npm run bench:telemetry`
 */
const operations = 200_000;
const rounds = 5;
const idle = {
  forBrand: () => ({ find: async () => undefined }) as unknown as BrandStore,
} as unknown as Store;

/** Microseconds for one operation, in the middle one of the rounds. */
async function measure(telemetry: Telemetry | undefined): Promise<number> {
  const store = (telemetry ? telemetry.watchStore(idle) : idle).forBrand('acme');
  const results: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    for (let count = 0; count < operations; count += 1)
      await inRequest(telemetry, () => store.find('Session', 'x'));
    results.push(((performance.now() - began) * 1000) / operations);
  }
  return results.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

const request = { method: 'GET', path: '/auth', status: 200, state: { requestId: 'BENCHBENCH' } };

async function inRequest(telemetry: Telemetry | undefined, work: () => Promise<unknown>): Promise<void> {
  const watch = telemetry?.watchRequests;
  if (watch) await watch({ ...request } as never, async () => void (await work()));
  else await work();
}

const rows: [string, number][] = [];
rows.push(['no telemetry at all', await measure(undefined)]);
rows.push(['no metrics, no SDK', await measure(createTelemetry({ measure: false }))]);
rows.push(['metrics', await measure(createTelemetry({ measure: true }))]);

const exporter = {
  export: (_: unknown, told: (result: { code: number }) => void) => told({ code: 0 }),
  shutdown: async () => {},
};
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
for (const [name, share] of [
  ['traces, one in ten', 0.1],
  ['traces, every one', 1],
] as const) {
  trace.disable();
  const root = new TraceIdRatioBasedSampler(share);
  trace.setGlobalTracerProvider(
    new TracerProvider({
      sampler: new ParentBasedSampler({ root }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    }),
  );
  rows.push([name, await measure(createTelemetry({ measure: false }))]);
}
rows.push(['metrics, and every trace', await measure(createTelemetry({ measure: true }))]);

process.stdout.write('one request with one operation of the store   microseconds\n');
for (const [name, time] of rows) process.stdout.write(`${name.padEnd(46)}${time.toFixed(2).padStart(12)}\n`);
process.exit(0);
