import { createReports } from '../workers/gather-reports.ts';
import { createCrewMetrics } from '../telemetry/crew-metrics.ts';
import { type Exposition, exposeMetrics } from '../telemetry/expose-metrics.ts';
import { keepCounts, mergeSnapshots, type Snapshot } from '../telemetry/snapshot.ts';

/** Milliseconds; Prometheus gives up after ten seconds by default. */
const patience = 2000;

export interface WorkersExposition extends Exposition {
  workerLost(): void;
}

/**
 * The metrics of all workers as those of one process. What a worker counted stays counted when it ends: a sum that
 * fell would look to Prometheus like a restart, and the whole of it like news.
 */
export async function exposeWorkers(address: string): Promise<WorkersExposition> {
  const crew = createCrewMetrics();
  let ended: Snapshot = [];
  const reports = createReports<Snapshot>({
    patience,
    onEnd(last) {
      ended = mergeSnapshots([ended, keepCounts(last)]);
    },
  });

  async function collect(): Promise<Snapshot> {
    const own = await crew.snapshot();
    // In one go with the answer: a worker that ends meanwhile is counted once.
    return mergeSnapshots([...(await reports.gather()), ended, own]);
  }

  return { ...(await exposeMetrics(address, collect)), workerLost: crew.workerLost };
}
