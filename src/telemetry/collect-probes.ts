import { type Aggregator, Gauge, type Registry } from 'prom-client';
import type { ProcessProbes } from './contract.ts';

/** What is asked for when somebody reads the metrics, and at no other time. */
export function collectProbes(registry: Registry, probes: ProcessProbes): void {
  const limit = addGauge(registry, {
    name: 'parley_store_limit_bytes',
    help: 'What the store may hold at most (maxmemory); 0 where it has no limit.',
    aggregator: 'max',
  });
  addGauge(registry, {
    name: 'parley_store_used_bytes',
    help: 'What the store holds; of a Redis Cluster the fullest node.',
    aggregator: 'max',
    async collect(used) {
      // One that is away shows in parley_store_up; here it is as full as it was.
      const size = await probes.measureStore().catch(() => undefined);
      if (!size) return;
      used.set(size.used);
      limit.set(size.limit ?? 0);
    },
  });
  addGauge(registry, {
    name: 'parley_store_up',
    help: 'Whether the store answers: 1 yes, 0 no.',
    aggregator: 'min',
    async collect(up) {
      up.set(
        await probes.pingStore().then(
          () => 1,
          () => 0,
        ),
      );
    },
  });
  addGauge(registry, {
    name: 'parley_brands',
    help: 'Brands that are served.',
    aggregator: 'max',
    collect(brands) {
      brands.set(probes.countBrands());
    },
  });
}

interface GaugeOptions {
  name: string;
  help: string;
  aggregator: Aggregator;
  collect?(gauge: Gauge): void | Promise<void>;
}

function addGauge(registry: Registry, { collect, ...options }: GaugeOptions): Gauge {
  return new Gauge({
    ...options,
    registers: [registry],
    ...(collect && {
      collect() {
        return collect(this);
      },
    }),
  });
}
