import type { Worker } from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { createCrew, type Crew, type Ending } from './crew.ts';
import { onHangUp } from './on-hang-up.ts';

export interface SuperviseOptions {
  /** How many workers serve. */
  count: number;
  log: Pick<Log, 'error' | 'info'>;
  /** Milliseconds that a worker gives running requests before it ends. */
  grace: number;
  /** Told when a worker ends by itself. */
  onLoss?: (() => void) | undefined;
}

const startLimit = 60_000;
/** Milliseconds. A worker that served this long did not fail at its start: the next one follows at once. */
const healthyService = 10_000;
const longestPause = 10_000;

/**
 * The process that watches over the workers. One that ends by itself is replaced; SIGTERM and SIGINT drain all;
 * SIGHUP lets all read the brands again; SIGUSR2 replaces each in turn while the others go on serving (a new
 * release, new TLS files).
 *
 * The first starts alone, so that a start that cannot go on says why once; this process then ends with its code.
 */
export async function supervise({ count, log, grace, onLoss }: SuperviseOptions): Promise<void> {
  const losses = createLossPolicy();
  let isStopping = false;

  const crew: Crew = createCrew({
    startLimit,
    drainLimit: grace + 4_000,
    onLoss(ending) {
      const { worker, code, signal } = ending;
      onLoss?.();
      const wait = losses.pauseAfter(ending);
      log.error({ worker: worker.id, code, signal, wait }, 'a worker ended unexpectedly: another one starts');
      void refill(wait);
    },
  });

  async function hire(): Promise<Worker | number> {
    const outcome = await crew.hire();
    if (typeof outcome !== 'number') {
      log.info({ worker: outcome.id, pid: outcome.process.pid }, 'a worker serves');
    }
    return outcome;
  }

  async function refill(wait: number): Promise<void> {
    await pause(wait);
    if (isStopping) return;
    const outcome = await hire();
    if (typeof outcome !== 'number' || isStopping) return;
    log.error({ wait: longestPause }, 'a worker did not start: trying again');
    await refill(longestPause);
  }

  async function stop(signal: string): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal, workers: crew.members().length }, 'stopping all workers');
    await crew.close();
    process.exit(0);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  // From the first moment: without a listener a signal would end this process.
  onHangUp(crew.reload);
  process.on('SIGUSR2', createRoll({ ...crew, hire }, log));
  const first = await hire();
  if (typeof first === 'number') process.exit(isStopping ? 0 : first);
  await Promise.all(Array.from({ length: count - 1 }, () => refill(0)));
}

/** A crash that repeats itself must not keep the machine busy with starts. */
function createLossPolicy(): { pauseAfter(ending: Ending): number } {
  let early = 0;
  return {
    pauseAfter({ served }) {
      early = served < healthyService ? early + 1 : 0;
      return early < 2 ? 0 : Math.min(longestPause, 100 * 2 ** early);
    },
  };
}

/** The follower listens before its predecessor leaves, so that somebody always serves. */
function createRoll(crew: Crew, log: SuperviseOptions['log']): () => void {
  let isRolling = false;

  async function roll(): Promise<void> {
    for (const predecessor of crew.members()) {
      const follower = await crew.hire();
      if (typeof follower === 'number') {
        log.error('the new worker did not start: the others go on as they are');
        return;
      }
      await crew.dismiss(predecessor);
      log.info({ worker: predecessor.id, successor: follower.id }, 'a worker ended as told');
    }
    log.info('every worker is replaced');
  }

  return () => {
    if (isRolling) return;
    isRolling = true;
    log.info('replacing the workers, one after the other');
    void roll().finally(() => {
      isRolling = false;
    });
  };
}
