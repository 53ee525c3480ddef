import cluster, { type Worker } from 'node:cluster';
import { setPatientTimeout } from '../patience.ts';
import { isMeasurement, type MeasureOrder } from './protocol.ts';

export interface ReportsOptions<Report> {
  /** Milliseconds that a worker has to answer; of one that hangs the last report counts. */
  patience: number;
  /** A worker has ended: its last report, if it ever gave one. */
  onEnd(last: Report): void;
}

/** What each worker says of itself when it is asked. */
export interface Reports<Report> {
  /** The newest report of each worker that is there. */
  gather(): Promise<Report[]>;
}

export function createReports<Report>({ patience, onEnd }: ReportsOptions<Report>): Reports<Report> {
  const latest = new Map<number, Report>();
  const waiting = new Map<number, Set<(worker: Worker) => void>>();
  let round = 0;

  cluster.on('message', (worker, message: unknown) => {
    if (!isMeasurement<Report>(message)) return;
    latest.set(worker.id, message.report);
    if (message.round !== undefined) tell(message.round, worker);
  });
  cluster.on('exit', (worker) => {
    const last = latest.get(worker.id);
    latest.delete(worker.id);
    if (last !== undefined) onEnd(last);
    for (const asked of waiting.keys()) tell(asked, worker);
  });

  function tell(asked: number, worker: Worker): void {
    for (const listener of waiting.get(asked) ?? []) listener(worker);
  }

  /** Resolves when it has answered, has ended, or has had its time. */
  function ask(worker: Worker, order: MeasureOrder): Promise<void> {
    return new Promise((resolve) => {
      const listeners = waiting.get(order.round) ?? new Set();
      waiting.set(order.round, listeners);
      const timer = setPatientTimeout(resolve, patience);
      listeners.add((answering) => {
        if (answering.id !== worker.id) return;
        clearTimeout(timer);
        resolve();
      });
      worker.send(order);
    });
  }

  return {
    async gather() {
      round += 1;
      const order: MeasureOrder = { type: 'parley:measure', round };
      const present = Object.values(cluster.workers ?? {}).flatMap((worker) =>
        worker?.isConnected() ? [ask(worker, order)] : [],
      );
      await Promise.all(present);
      waiting.delete(order.round);
      return [...latest.values()];
    },
  };
}
