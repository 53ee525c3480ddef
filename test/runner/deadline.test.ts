import { describe, expect, test } from '@jest/globals';
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
});
