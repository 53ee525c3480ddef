import { setTimeout as pause } from 'node:timers/promises';
import { startStopwatch } from './stopwatch.ts';

/**
 * Asks again until the answer is true; throws at the deadline.
 * @param deadline milliseconds from now in which the machine runs
 */
export async function poll(
  what: string,
  deadline: number,
  ask: () => Promise<boolean> | boolean,
): Promise<void> {
  const watch = startStopwatch();
  try {
    while (!(await ask())) {
      if (watch.read() > deadline) throw new Error(`not within ${deadline} ms: ${what}`);
      await pause(20);
    }
  } finally {
    watch.stop();
  }
}
