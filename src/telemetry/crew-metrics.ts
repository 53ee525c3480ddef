import { Counter, Registry } from 'prom-client';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** What only the process that watches over the workers knows. */
export function createCrewMetrics(): { workerLost(): void; snapshot(): Promise<Snapshot> } {
  const registry = new Registry();
  const losses = new Counter({
    name: 'parley_worker_losses_total',
    help: 'Workers that ended by themselves.',
    registers: [registry],
  });
  return { workerLost: () => losses.inc(), snapshot: () => takeSnapshot(registry) };
}
