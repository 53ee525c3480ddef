import { ParleyError } from '../errors.ts';

/**
 * Lets a few pieces of work run at once and makes the rest wait in order: each argon2id check takes its
 * memory (about 19 MiB) and a thread of the pool that files and name look-ups share.
 */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export interface LimitOptions {
  running: number;
  /** More than this many waiting are refused: they would be answered after their consumer has left. */
  waiting: number;
}

/** @returns a limiter that rejects with `directory_unavailable` when the queue is full */
export function limitParallel({ running, waiting }: LimitOptions): Limiter {
  let free = running;
  const queue: (() => void)[] = [];
  const enter = async (): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    if (queue.length >= waiting)
      throw new ParleyError('directory_unavailable', 'too many password checks wait');
    await new Promise<void>((resolve) => {
      queue.push(resolve);
    });
  };
  // The place passes straight to the next in the queue, so that nobody slips in between.
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  };
  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
