import type { ParleyProcess } from './spawn-parley.ts';

export interface ServingWorker {
  id: number;
  pid: number;
}

/** Who serves at this moment, as the supervising process's log tells it. */
export function servingWorkers(parley: ParleyProcess): ServingWorker[] {
  const serving = new Map<number, ServingWorker>();
  for (const { msg, worker, pid } of parley.log()) {
    if (msg === 'a worker serves') serving.set(Number(worker), { id: Number(worker), pid: Number(pid) });
    if (typeof msg === 'string' && msg.startsWith('a worker ended')) serving.delete(Number(worker));
  }
  return [...serving.values()];
}
