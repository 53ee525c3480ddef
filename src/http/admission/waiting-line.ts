import { createTurnRate } from './turn-rate.ts';

export interface WaitingLineOptions {
  /** Milliseconds that the first in line may wait. */
  patience: number;
  /** Milliseconds for which that may be exceeded: a burst is no overload. */
  forbearance: number;
  most: number;
  /** Milliseconds after which whose turn comes is sent away instead, burst or not: they have most likely gone. */
  latest: number;
  /** The same once the line has stood still: served, they would make all behind them as late. */
  latestOnceStill: number;
  now(): number;
}

interface Waiting {
  since: number;
  start(): void;
  refuse(): void;
}

/** Those who wait for their turn, first come, first served. */
export interface WaitingLine {
  length(): number;
  /** False: the line does not move fast enough, and nobody should join it. */
  isOpen(): boolean;
  /** @param turn `refuse` when its turn has come far too late */
  join(turn: Pick<Waiting, 'start' | 'refuse'>): void;
  startNext(): void;
}

/** May always wait: after a standstill nobody knows how fast the line will move. */
const few = 8;

/** Milliseconds for which a line that stood still gets no forbearance again. */
const memory = 5000;

/**
 * A line with an end: where the first has been waiting for too long and for long enough, those who come now would wait
 * in vain (the idea of CoDel, RFC 8289: what counts is how long one waits, not how many do). From then on it takes no
 * more than can have their turn within the same patience: they come in bursts, and the last would wait far longer than
 * the first. Whoever has waited far longer all the same, because everything stood still for a moment, is sent away when
 * their turn comes.
 */
export function createWaitingLine({
  patience,
  forbearance,
  most,
  latest,
  latestOnceStill,
  now,
}: WaitingLineOptions): WaitingLine {
  const line: Waiting[] = [];
  const rate = createTurnRate(now);
  let slowSince: number | undefined;
  let stoodStillAt = Number.NEGATIVE_INFINITY;

  const hasStoodStill = () => now() - stoodStillAt <= memory;
  const isFull = () =>
    line.length >= (hasStoodStill() ? Math.min(most, Math.max(few, rate.value() * patience)) : most);

  const longestWait = () => (hasStoodStill() ? latestOnceStill : latest);

  function isSlow(): boolean {
    const first = line[0];
    if (!first || now() - first.since <= patience) {
      slowSince = undefined;
      return false;
    }
    slowSince ??= now();
    const isBurst = now() - slowSince <= forbearance && !hasStoodStill();
    if (!isBurst) stoodStillAt = now();
    return !isBurst;
  }

  return {
    length: () => line.length,
    isOpen: () => !isSlow() && !isFull(),
    join: ({ start, refuse }) => void line.push({ since: now(), start, refuse }),
    startNext() {
      const first = line.shift();
      rate.note();
      if (first && now() - first.since > longestWait()) first.refuse();
      else first?.start();
    },
  };
}
