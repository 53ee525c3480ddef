import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { isOutOfPatience, startPatience, within } from '../src/patience.ts';
import { standStill } from './support/stand-still.ts';

describe('a patience', () => {
  test.each([200, 119, 50])('of %i ms comes to its end, and not before its time', async (milliseconds) => {
    const began = performance.now();
    const { signal } = startPatience(milliseconds);
    await once(signal, 'abort');
    expect(performance.now() - began).toBeGreaterThanOrEqual(milliseconds);
    expect(isOutOfPatience(signal.reason)).toBe(true);
  });

  test('does not end because the process stood still: what came meanwhile is read first', async () => {
    const { signal, isNearlyOver, end } = startPatience(2000);
    standStill(3000);
    // Timers run before what has come is read, and this behind it.
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise(setImmediate);
    expect([signal.aborted, isNearlyOver()]).toEqual([false, false]);
    end();
  });
});

describe('work with a patience', () => {
  test('has its own outcome', async () => {
    await expect(within(60_000, async () => 'done')).resolves.toBe('done');
    await expect(within(60_000, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });

  test('that takes too long is told so, and whoever waits for it too', async () => {
    const told = Promise.withResolvers<unknown>();
    const outcome = within(50, ({ signal }) => {
      signal.addEventListener('abort', () => told.resolve(signal.reason));
      return new Promise<never>(() => {});
    }).catch((error: unknown) => error);
    expect(isOutOfPatience(await outcome)).toBe(true);
    expect(await told.promise).toBe(await outcome);
  });
});
