import { expect, test } from '@jest/globals';
import { inTurn } from '../../src/config/in-turn.ts';

test('long work lets others have their turn, and keeps its order', async () => {
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const mapped = await inTurn([1, 2, 3, 4, 5], (item) => {
    const end = performance.now() + 15;
    while (performance.now() < end);
    return item * 2;
  });
  isOver = true;
  expect(mapped).toEqual([2, 4, 6, 8, 10]);
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('an item begins when the one before is done', async () => {
  let running = 0;
  const mapped = await inTurn([1, 2, 3], async (item) => {
    running += 1;
    expect(running).toBe(1);
    await new Promise(setImmediate);
    running -= 1;
    return item * 2;
  });
  expect(mapped).toEqual([2, 4, 6]);
});
