/** Looks in one patience, and one more because a standstill takes one. */
const looks = 20;
const lastLook = looks + 1;

/** How long somebody waits for somebody else. */
export interface Patience {
  /** Aborted when it is over, with the reason that `AbortSignal.timeout` has. */
  signal: AbortSignal;
  /** Nobody waits any more. */
  end(): void;
}

/**
 * Looks are counted, not milliseconds: a process that stood still (a suspended machine, a long garbage collection) runs
 * its timers before it reads what has come meanwhile. However long it was, it takes one look, and the next comes behind
 * the reading.
 *
 * @param milliseconds that are waited at least while the process runs; a twentieth more
 */
export function startPatience(milliseconds: number): Patience {
  const controller = new AbortController();
  let taken = 0;
  const timer = setInterval(() => {
    taken += 1;
    if (taken < lastLook) return;
    clearInterval(timer);
    controller.abort(new DOMException(`no answer within ${milliseconds} ms`, 'TimeoutError'));
  }, milliseconds / looks);
  return { signal: controller.signal, end: () => clearInterval(timer) };
}

/** Rejects with the signal's reason when the work takes longer, and leaves it to the work to end. */
export async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, end } = startPatience(milliseconds);
  const over = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => over.reject(signal.reason), { once: true });
  try {
    return await Promise.race([work(signal), over.promise]);
  } finally {
    end();
  }
}

/** Whether a patience has come to its end, ours or that of `AbortSignal.timeout`. */
export function isOutOfPatience(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
