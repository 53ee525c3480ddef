/** Milliseconds over which turns are averaged. */
const period = 25;

export interface LoopTurnsOptions {
  /** Told the average of each period, in milliseconds. */
  onPeriod(turn: number): void;
  /** Whether the next period counts although nobody may come in it. */
  isAwaited(): boolean;
}

/**
 * Measures how long turns of the event loop take, from requests that arrive and while somebody waits to be told: else
 * nothing runs here.
 */
export function createLoopTurns({ onPeriod, isAwaited }: LoopTurnsOptions): { sample(): void } {
  let isSampling = false;
  let isNextDue = false;
  let began = 0;
  let sum = 0;
  let count = 0;

  function note(start: number): void {
    const now = performance.now();
    isSampling = false;
    sum += now - start;
    count += 1;
    if (now - began >= period) {
      onPeriod(sum / count);
      [began, sum, count] = [now, 0, 0];
    }
    if (isAwaited()) sampleLater();
  }

  function sample(): void {
    if (isSampling) return;
    isSampling = true;
    // From the end of this turn to the end of the next one: some work begins only there.
    setImmediate(() => {
      const start = performance.now();
      setImmediate(() => note(start));
    });
  }

  function sampleLater(): void {
    if (isNextDue) return;
    isNextDue = true;
    setTimeout(() => {
      isNextDue = false;
      sample();
    }, period).unref();
  }

  return { sample };
}
