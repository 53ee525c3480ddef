import { clearInterval, setInterval } from 'node:timers';

/** Milliseconds between two looks at the clock. */
const look = 100;
/** Milliseconds between two looks of which no more counts: the rest is a standstill. */
const longestTurn = 500;

export interface Stopwatch {
  /** Milliseconds in which this process ran since it was started. */
  read(): number;
  stop(): void;
}

/**
 * Measures time as far as this process runs. What a test waits for stands still together with it: a machine that stops for
 * seconds, as shared ones do, has made nothing late.
 * @param onLook told what has passed, ten times a second
 */
export function startStopwatch(onLook?: (passed: number) => void): Stopwatch {
  let passed = 0;
  let last = performance.now();
  function read(): number {
    const now = performance.now();
    passed += Math.min(now - last, longestTurn);
    last = now;
    return passed;
  }
  const timer = setInterval(() => {
    read();
    onLook?.(passed);
  }, look);
  return { read, stop: () => clearInterval(timer) };
}
