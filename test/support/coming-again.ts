import { setTimeout as pause } from 'node:timers/promises';
import { ParleyError } from '../../src/errors.ts';

const { status: overloaded, sentence } = new ParleyError('overloaded');

const mostRepeats = 10;

/** Whether a process says that it is asked more than it can do. */
export function isSentAway(status: number, text: string): boolean {
  return status === overloaded && text.includes(sentence);
}

/**
 * Somebody who comes again when an overloaded process says so, and not for any other failure. Where a machine stood still for a
 * second, whoever stood in line is sent away, however few they are.
 */
export function comingAgain(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    for (let repeats = 0; ; repeats += 1) {
      const response = await fetch(input, init);
      if (response.status !== overloaded || repeats === mostRepeats) return response;
      if (!isSentAway(response.status, await response.clone().text())) return response;
      await pause(Number(response.headers.get('retry-after') ?? 1) * 1000);
    }
  };
}
