import pino, { type DestinationStream } from 'pino';

/** A pipe takes so many bytes whole (PIPE_BUF): lines of several workers never mix. */
const largestWrite = 4_096;
/** Milliseconds that a line waits at most. */
const longestWait = 100;
/** pino's number for `error`. */
const error = 50;

/** Each writes what its output has gathered. A process has one output, whoever runs several in it as many. */
const atExit = new Set<() => void>();

/**
 * Standard output for log lines. Lines are gathered: a write for each of them cost more than most requests. An error is
 * written at once with all that came before, so is everything when the process ends; only one that is killed loses the
 * lines of the last moment.
 *
 * Gathered here and not by pino's own output, which measures all that it has gathered anew for each line. Written by this
 * thread, because what another one had begun to write would be missing, or out of its order, after a crash.
 */
export function openLogOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true });
  let gathered = '';
  let bytes = 0;
  const flush = () => {
    if (bytes === 0) return;
    const lines = gathered;
    [gathered, bytes] = ['', 0];
    output.write(lines);
  };
  const flushSync = () => {
    try {
      flush();
      output.flushSync();
    } catch {
      // Whoever read them is gone.
    }
  };
  setInterval(flush, longestWait).unref();
  if (atExit.size === 0) process.once('exit', flushAll);
  atExit.add(flushSync);
  return {
    // pino then tells the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      const size = Buffer.byteLength(line);
      if (bytes + size > largestWrite) flush();
      gathered += line;
      bytes += size;
      if (this.lastLevel >= error) flush();
    },
    flushSync,
  } as DestinationStream & { lastLevel: number };
}

function flushAll(): void {
  for (const flush of atExit) flush();
}
