import { type Aggregator, AggregatorRegistry, type Registry } from 'prom-client';

/** What one process has measured, as plain JSON: it goes from a worker to the process that watches over it. */
export type Snapshot = MeasuredMetric[];

export interface MeasuredMetric {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** How the values of several processes become one. */
  aggregator: Aggregator;
  values: { value: number; labels: Record<string, string | number>; metricName?: string }[];
}

export async function takeSnapshot(registry: Registry): Promise<Snapshot> {
  // The library's types call the type a number, which it is not.
  const metrics = (await registry.getMetricsAsJSON()) as unknown as Snapshot;
  return metrics.map((metric) => ({ ...metric, aggregator: aggregatorOf(metric) }));
}

/** The library's mean over workers would hide the one that hangs. */
function aggregatorOf({ name, aggregator }: MeasuredMetric): Aggregator {
  return name.startsWith('nodejs_eventloop_lag_') ? 'max' : aggregator;
}

/** Several processes as one. */
export function mergeSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  const merged = AggregatorRegistry.aggregate([...snapshots]).getMetricsAsArray() as unknown as Snapshot;
  return merged.map(({ name, help, type, aggregator, values }) => ({ name, help, type, aggregator, values }));
}

/** What stays true of a process that is gone: what it counted. Its memory and its breakers went with it. */
export function keepCounts(snapshot: Snapshot): Snapshot {
  return snapshot.filter(({ type }) => type === 'counter' || type === 'histogram');
}

/** The text that Prometheus reads. */
export async function writeExposition(snapshot: Snapshot): Promise<{ type: string; text: string }> {
  const registry = AggregatorRegistry.aggregate([snapshot]);
  return { type: registry.contentType, text: await registry.metrics() };
}
