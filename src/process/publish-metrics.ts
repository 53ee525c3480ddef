import cluster, { type Worker } from 'node:cluster';
import { isMeasureOrder, type Measurement } from '../workers/protocol.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { exposeMetrics } from '../telemetry/expose-metrics.ts';
import type { Snapshot } from '../telemetry/snapshot.ts';

export interface Publication {
  /** The last words of a process that ends: what it has counted since somebody asked is not lost. */
  finish(): Promise<void>;
}

/**
 * How what this process measures reaches whoever reads it: by a listener of its own, or for a worker through the process
 * that watches over it.
 */
export async function publishMetrics(
  address: string,
  telemetry: Pick<Telemetry, 'snapshot'>,
): Promise<Publication> {
  const snapshot = async (): Promise<Snapshot> => (await telemetry.snapshot()) ?? [];
  const { worker } = cluster;
  if (worker) return reportToWatcher(worker, snapshot);
  const exposition = await exposeMetrics(address, snapshot);
  return { finish: () => exposition.close() };
}

function reportToWatcher(worker: Worker, snapshot: () => Promise<Snapshot>): Publication {
  const report = async (round: number | undefined): Promise<void> => {
    const message: Measurement<Snapshot> = { type: 'parley:measured', round, report: await snapshot() };
    if (!worker.isConnected()) return;
    // The channel may close meanwhile: then there is nobody left to tell.
    await new Promise((resolve) => process.send?.(message, undefined, undefined, resolve));
  };
  process.on('message', (message) => {
    if (isMeasureOrder(message)) void report(message.round);
  });
  return { finish: () => report(undefined) };
}
