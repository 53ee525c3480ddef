import type { BrandTelemetry, Telemetry } from './contract.ts';
import { findTracer } from './find-tracer.ts';
import { beginAtZero, countEvents } from './count-events.ts';
import { collectKeys } from './collect-keys.ts';
import { collectProbes } from './collect-probes.ts';
import { type Breaker, createMetrics } from './metrics.ts';
import { findRequestSpan, preciseTime } from './request-span.ts';
import { takeSnapshot } from './snapshot.ts';
import { watchCall, watchDirectory } from './watch-directory.ts';
import { countRequest, watchRequests } from './watch-requests.ts';
import { watchStore, type WatchOptions } from './watch-store.ts';

/** @param measure whether somebody will read the metrics */
export function createTelemetry({ measure }: { measure: boolean }): Telemetry {
  const metrics = measure ? createMetrics() : undefined;
  const tracer = findTracer();
  const options: WatchOptions = { metrics, tracer };
  const clientsOf = new Map<string, ReadonlySet<string>>();
  return {
    watchRequests: watchRequests(options),
    countRequest: countRequest(options),
    isTracing: tracer !== undefined,
    traceId: () => (tracer ? findRequestSpan()?.begin().spanContext().traceId : undefined),
    watchStore: (store) => watchStore(store, options),
    onStoreCommand: metrics && (() => metrics.storeCommands.inc()),
    countEvents: (audit) => (metrics ? countEvents(audit, { metrics, clientsOf }) : audit),
    forBrand(brand, clientIds) {
      clientsOf.set(brand, new Set(clientIds));
      if (metrics) beginAtZero(metrics, brand);
      return createBrandTelemetry(options, brand);
    },
    watchProcess(probes) {
      if (!metrics) return;
      collectProbes(metrics.registry, probes);
      collectKeys(metrics.registry, probes);
    },
    snapshot: async () => metrics && takeSnapshot(metrics.registry),
  };
}

function createBrandTelemetry(options: WatchOptions, brand: string): BrandTelemetry {
  const { metrics } = options;
  const breakers = new Map<string, Breaker>();
  const watchSigning = createWatchSigning(options);
  return {
    vendorCalled({ platform, outcome, seconds }) {
      metrics?.vendorCalls.inc({ brand, platform, outcome });
      metrics?.vendorDuration.observe({ platform }, seconds);
    },
    watchCall: (name, call, run) => watchCall({ ...options, brand, name }, call, run),
    watchDirectory: (name, directory) => watchDirectory(directory, { ...options, brand, name }),
    breakerChanged(directory, state) {
      const known = breakers.get(directory);
      if (known) {
        known.state = state;
        return;
      }
      const breaker = { brand, directory, state };
      breakers.set(directory, breaker);
      metrics?.breakers.add(breaker);
    },
    ...(watchSigning && { watchSigning }),
    close() {
      for (const breaker of breakers.values()) metrics?.breakers.delete(breaker);
    },
  };
}

function createWatchSigning({ metrics, tracer }: WatchOptions): BrandTelemetry['watchSigning'] {
  if (!metrics && !tracer) return undefined;
  return async (sign) => {
    const began = preciseTime();
    let failed = true;
    try {
      const token = await sign();
      failed = false;
      return token;
    } finally {
      const ended = preciseTime();
      metrics?.signingDuration.observe((ended - began) / 1000);
      if (tracer) findRequestSpan()?.add({ name: 'sign id_token', began, ended, attributes: {}, failed });
    }
  };
}
