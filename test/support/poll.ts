import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer is true; throws at the deadline. @param deadline milliseconds from now */
export async function poll(
  what: string,
  deadline: number,
  ask: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = Date.now() + deadline;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`not within ${deadline} ms: ${what}`);
    await pause(20);
  }
}
