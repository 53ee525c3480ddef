export interface WaitingLineOptions {
  /** Milliseconds that the first in line may wait. */
  patience: number;
  /** Milliseconds for which that may be exceeded: a burst is no overload. */
  forbearance: number;
  most: number;
  now(): number;
}

interface Waiting {
  since: number;
  start(): void;
}

/** Those who wait for their turn, first come, first served. */
export interface WaitingLine {
  length(): number;
  /** False: the line does not move fast enough, and nobody should join it. */
  isOpen(): boolean;
  join(start: () => void): void;
  startNext(): void;
}

/**
 * A line with an end: where the first has been waiting for too long and for long enough, those who come now would wait
 * in vain (the idea of CoDel, RFC 8289: what counts is how long one waits, not how many do).
 */
export function createWaitingLine({ patience, forbearance, most, now }: WaitingLineOptions): WaitingLine {
  const line: Waiting[] = [];
  let slowSince: number | undefined;

  function isSlow(): boolean {
    const first = line[0];
    if (!first || now() - first.since <= patience) {
      slowSince = undefined;
      return false;
    }
    slowSince ??= now();
    return now() - slowSince > forbearance;
  }

  return {
    length: () => line.length,
    isOpen: () => !isSlow() && line.length < most,
    join: (start) => void line.push({ since: now(), start }),
    startNext: () => line.shift()?.start(),
  };
}
