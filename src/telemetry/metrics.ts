import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BreakerState } from './contract.ts';

/** Seconds: from an answer out of memory to one that somebody gave up on. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A third of a reading, and nothing that an operator would act on. */
const forEngineers = [
  ...['total', 'used', 'available'].map((what) => `nodejs_heap_space_size_${what}_bytes`),
  ...['resources', 'handles', 'requests'].flatMap((what) => [
    `nodejs_active_${what}`,
    `nodejs_active_${what}_total`,
  ]),
];

export type Metrics = ReturnType<typeof createMetrics>;

export interface Breaker {
  brand: string;
  directory: string;
  state: BreakerState;
}

/** Every metric of Parley's own, and those of the process. docs/metrics.md says what each means. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Histogram({ name, help, labelNames, registers, buckets: durations });

  collectDefaultMetrics({ register: registry });
  for (const name of forEngineers) registry.removeSingleMetric(name);
  const breakers = new Set<Breaker>();
  collectBreakers(registry, breakers);

  return {
    registry,
    /** Those of the brands that are served now. */
    breakers,
    requests: counter('parley_http_requests_total', 'Requests that were answered.', [
      'route',
      'method',
      'status',
    ]),
    requestDuration: histogram(
      'parley_http_request_duration_seconds',
      'Time from the first header of a request to its answer.',
      ['route'],
    ),
    requestsInFlight: new Gauge({
      name: 'parley_http_requests_in_flight',
      help: 'Requests that are being answered now.',
      registers,
    }),
    signIns: counter('parley_sign_ins_total', 'Sign-ins and what became of them.', [
      'brand',
      'client',
      'way',
      'outcome',
    ]),
    tokens: counter('parley_tokens_issued_total', 'Answers with tokens.', ['brand', 'client', 'grant']),
    securityEvents: counter('parley_security_events_total', 'Events of the audit log.', ['brand', 'event']),
    limits: counter('parley_limits_reached_total', 'Requests that were refused for a limit.', [
      'brand',
      'limit',
    ]),
    storeDuration: histogram(
      'parley_store_operation_duration_seconds',
      'Time that an operation of the store took.',
      ['operation'],
    ),
    storeFailures: counter('parley_store_failures_total', 'Operations that the store did not confirm.', [
      'operation',
    ]),
    storeCommands: counter('parley_store_commands_total', 'Commands that were sent to Redis.', []),
    directoryDuration: histogram(
      'parley_directory_call_duration_seconds',
      'Time that a call to an account directory took.',
      ['call'],
    ),
    directoryCalls: counter('parley_directory_calls_total', 'Calls to account directories.', [
      'brand',
      'directory',
      'call',
      'outcome',
    ]),
    signingDuration: histogram(
      'parley_signing_duration_seconds',
      'Time that it took to make, sign and where asked encrypt an ID token.',
      [],
    ),
    vendorCalls: counter('parley_vendor_calls_total', "Calls to a chat platform's own servers.", [
      'brand',
      'platform',
      'outcome',
    ]),
    vendorDuration: histogram(
      'parley_vendor_call_duration_seconds',
      "Time that a call to a chat platform's own servers took.",
      ['platform'],
    ),
  };
}

const breakerValues: Record<BreakerState, number> = { closed: 0, half_open: 1, open: 2 };

/** Told from what is there at the moment: a brand that is gone leaves nothing behind. */
function collectBreakers(registry: Registry, breakers: ReadonlySet<Breaker>): Gauge {
  return new Gauge({
    name: 'parley_directory_breaker_state',
    help: 'Whether an account directory is asked: 0 yes, 1 tried again, 2 no.',
    labelNames: ['brand', 'directory'],
    registers: [registry],
    aggregator: 'max',
    collect() {
      this.reset();
      for (const { brand, directory, state } of breakers)
        this.set({ brand, directory }, breakerValues[state]);
    },
  });
}
