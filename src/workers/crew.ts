import cluster, { type Worker } from 'node:cluster';
import { drainMessage, isLoggingOrder, readyMessage, reloadMessage } from './protocol.ts';

export interface Ending {
  worker: Worker;
  code: number | null;
  signal: string | null;
  /** Milliseconds that it served. */
  served: number;
}

export interface CrewOptions {
  /** Milliseconds from a worker's start until it must listen. */
  startLimit: number;
  /** Milliseconds from the order to drain until a worker is ended by force. */
  drainLimit: number;
  /** A worker that served has ended, and nobody told it to. */
  onLoss(ending: Ending): void;
}

/** Workers that serve on the same port. */
export interface Crew {
  /** Starts one and waits until it listens. @returns its exit code instead, when it ended before */
  hire(): Promise<Worker | number>;
  /** Drains one and waits for its end. */
  dismiss(worker: Worker): Promise<void>;
  /** Those who serve. */
  members(): Worker[];
  /** Lets all who serve read the configuration again. */
  reload(): void;
  /** Ends all, those who are only starting too; nobody is hired any more. */
  close(): Promise<void>;
}

export function createCrew({ startLimit, drainLimit, onLoss }: CrewOptions): Crew {
  // The workers accept by themselves. Node's round-robin hands connections over, and one that is on its way to a
  // worker that is killed just then stays open without an answer.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const serving = new Set<Worker>();
  const starting = new Set<Worker>();
  /** Holds for those who are hired later too, until the configuration is read again. */
  let logging: object | undefined;

  async function dismiss(worker: Worker): Promise<void> {
    serving.delete(worker);
    if (worker.isDead()) return;
    // Whatever else goes wrong with it, such as the order itself.
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    if (worker.isConnected()) worker.send(drainMessage);
    const force = setTimeout(() => void worker.process.kill('SIGKILL'), drainLimit);
    await ended;
    clearTimeout(force);
  }

  function tellAll(message: string | object): void {
    for (const worker of serving) if (worker.isConnected()) worker.send(message);
  }

  function reload(): void {
    logging = undefined;
    tellAll(reloadMessage);
  }

  return {
    async hire() {
      const worker = cluster.fork();
      // A message to one that was killed a moment ago cannot be sent; unheard, that would end this process and with it all.
      worker.on('error', () => {});
      starting.add(worker);
      const outcome = await waitForReady(worker, startLimit);
      starting.delete(worker);
      if (outcome !== 'ready') return outcome;
      serving.add(worker);
      if (logging) worker.send(logging);
      // Somebody asked one worker for what concerns all.
      worker.on('message', (message: string | object) => {
        if (message === reloadMessage) reload();
        if (!isLoggingOrder(message)) return;
        logging = message;
        tellAll(message);
      });
      const began = Date.now();
      worker.once('exit', (code: number | null, signal: string | null) => {
        if (serving.delete(worker)) onLoss({ worker, code, signal, served: Date.now() - began });
      });
      return worker;
    },
    dismiss,
    members: () => [...serving],
    reload,
    async close() {
      await Promise.all([...serving, ...starting].map(dismiss));
    },
  };
}

/** An ending before that counts as failure whatever its code. */
function waitForReady(worker: Worker, limit: number): Promise<'ready' | number> {
  return new Promise((resolve) => {
    const force = setTimeout(() => void worker.process.kill('SIGKILL'), limit);
    const settle = (outcome: 'ready' | number): void => {
      clearTimeout(force);
      resolve(outcome);
    };
    worker.on('message', (message) => {
      if (message === readyMessage) settle('ready');
    });
    worker.once('exit', (code: number | null) => settle(code || 1));
    // One that the system does not start has no exit.
    worker.once('error', () => settle(1));
  });
}
