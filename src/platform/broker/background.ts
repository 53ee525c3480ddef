import { setTimeout as sleep } from 'node:timers/promises';

/** Work that an answer does not wait for, or not for long. */
export interface Background {
  /** Never rejects into nothing: `onError` is told. */
  run(work: Promise<unknown>, onError: (error: unknown) => void): void;
  /** The same, waited for up to so many milliseconds; it goes on afterwards. */
  runFor(patience: number, work: Promise<unknown>, onError: (error: unknown) => void): Promise<void>;
  /** Resolves when everything has ended, or after two seconds: a process that stops does not wait for a platform. */
  settle(): Promise<void>;
}

export function createBackground(): Background {
  const running = new Set<Promise<void>>();

  function start(work: Promise<unknown>, onError: (error: unknown) => void): Promise<void> {
    const done = settle(work, onError).finally(() => running.delete(done));
    running.add(done);
    return done;
  }

  return {
    run: (work, onError) => void start(work, onError),
    async runFor(patience, work, onError) {
      await withPatience(patience, start(work, onError));
    },
    async settle() {
      await withPatience(2000, Promise.all(running));
    },
  };
}

async function settle(work: Promise<unknown>, onError: (error: unknown) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    onError(error);
  }
}

/** @param patience milliseconds */
async function withPatience(patience: number, done: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([done, sleep(patience, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}
