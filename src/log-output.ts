import pino, { type DestinationStream } from 'pino';

/** Characters that are gathered for one write. */
const gathered = 3_500;
/** A pipe takes so many bytes whole (PIPE_BUF): lines of several workers never mix. */
const largestWrite = 4_096;
/** Milliseconds that a line waits at most. */
const longestWait = 100;
/** pino's number for `error`. */
const error = 50;

/**
 * Standard output for log lines. Lines are gathered: a write for each of them cost more than most requests. An error is
 * written at once with all that came before, so is everything when the process ends; only one that is killed loses the
 * lines of the last moment.
 *
 * Written by this thread, because what another one had begun to write would be missing, or out of its order, after a
 * crash.
 */
export function openLogOutput(): DestinationStream {
  const output = pino.destination({
    dest: 1,
    sync: true,
    minLength: gathered,
    maxWrite: largestWrite,
    periodicFlush: longestWait,
  });
  const flushSync = () => {
    try {
      output.flushSync();
    } catch {
      // Whoever read them is gone.
    }
  };
  process.once('exit', flushSync);
  return {
    // pino then tells the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      output.write(line);
      if (this.lastLevel >= error) output.flush();
    },
    flushSync,
  } as DestinationStream & { lastLevel: number };
}
