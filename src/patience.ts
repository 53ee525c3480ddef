/** Looks in one patience, and one more because a standstill takes one. */
const looks = 20;
const lastLook = looks + 1;
/** From here on there is no time for anything else. */
const nearlyOver = looks * 0.9;

/** How long somebody waits for somebody else. */
export interface Patience {
  /** Aborted when it is over, with the reason that `AbortSignal.timeout` has. */
  signal: AbortSignal;
  /** Whether what fails now is too late to be tried again. */
  isNearlyOver(): boolean;
  /** Nobody waits any more. */
  end(): void;
}

/**
 * Looks are counted, not milliseconds: a process that stood still (a suspended machine, a long garbage collection) runs
 * its timers before it reads what has come meanwhile. However long it was, it takes one look, and the next comes behind
 * the reading.
 *
 * @param milliseconds that are waited at least while the process runs; a twentieth more, and what its turns are late
 */
export function startPatience(milliseconds: number): Patience {
  const controller = new AbortController();
  let taken = 0;
  const timer = setInterval(
    () => {
      taken += 1;
      if (taken < lastLook) return;
      clearInterval(timer);
      controller.abort(new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError'));
    },
    Math.ceil(milliseconds / looks),
  );
  return {
    signal: controller.signal,
    isNearlyOver: () => taken >= nearlyOver,
    end: () => clearInterval(timer),
  };
}

/** A timer that runs behind the reading of what came while the process stood still: other timers run before it. */
export function setPatientTimeout(run: () => void, milliseconds: number): NodeJS.Timeout {
  return setTimeout(() => setImmediate(run), milliseconds);
}

/** Rejects with the signal's reason when the work takes longer, and leaves it to the work to end. */
export async function within<T>(milliseconds: number, work: (patience: Patience) => Promise<T>): Promise<T> {
  const patience = startPatience(milliseconds);
  try {
    return await until(patience.signal, work(patience));
  } finally {
    patience.end();
  }
}

/** Rejects with the signal's reason when that comes first, and leaves it to the work to end. */
export async function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const over = Promise.withResolvers<never>();
  const stop = () => over.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Whether a patience has come to its end, ours or that of `AbortSignal.timeout`. */
export function isOutOfPatience(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
