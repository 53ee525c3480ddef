/** Milliseconds over which turns are averaged. */
const period = 25;

/**
 * Measures how long turns of the event loop take, from requests that arrive and for nothing else: without requests
 * nothing runs here.
 *
 * @param onPeriod told the average of each period, in milliseconds
 */
export function createLoopTurns(onPeriod: (turn: number) => void): { sample(): void } {
  let isSampling = false;
  let began = 0;
  let sum = 0;
  let count = 0;

  function note(start: number): void {
    const now = performance.now();
    isSampling = false;
    sum += now - start;
    count += 1;
    if (now - began < period) return;
    onPeriod(sum / count);
    [began, sum, count] = [now, 0, 0];
  }

  return {
    sample() {
      if (isSampling) return;
      isSampling = true;
      // From the end of this turn to the end of the next one: some work begins only there.
      setImmediate(() => {
        const start = performance.now();
        setImmediate(() => note(start));
      });
    },
  };
}
