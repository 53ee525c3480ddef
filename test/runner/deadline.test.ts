import { describe, expect, test } from '@jest/globals';
import { poll } from '../support/poll.ts';
import { standStill } from '../support/stand-still.ts';
import { withDeadline } from './globals.ts';

describe('a test has a deadline', () => {
  test('one that hangs fails and says so', async () => {
    const hanging = withDeadline(() => new Promise(() => {}), 20);
    await expect(hanging()).rejects.toThrow('not finished within 20 ms');
  });

  test('one that ends in time is not touched, and gets its row', async () => {
    const rows: unknown[] = [];
    await withDeadline((...row: unknown[]) => rows.push(row), 1_000)(...(['a', 1] as never[]));
    expect(rows).toEqual([['a', 1]]);
    await expect(withDeadline(() => Promise.reject(new Error('wrong')), 1_000)()).rejects.toThrow('wrong');
  });

  test('what the machine stands still for does not count, and whoever waits asks again afterwards', async () => {
    let asked = 0;
    const waiting = withDeadline(
      () =>
        poll('it is there', 2_000, () => {
          asked += 1;
          if (asked === 1) standStill(2_200);
          return asked === 2;
        }),
      2_000,
    );
    await waiting();
    expect(asked).toBe(2);
  });
});
