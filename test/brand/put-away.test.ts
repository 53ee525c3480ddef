import { beforeEach, describe, expect, test } from '@jest/globals';
import { createPutAway, type PutAway } from '../../src/brand/put-away.ts';

let time: number;
let made: number;
let fails: boolean;
let thing: PutAway<number>;
beforeEach(() => {
  [time, made, fails] = [1000, 0, false];
  thing = createPutAway(
    async () => {
      await Promise.resolve();
      if (fails) throw new Error('cannot be made');
      made += 1;
      return made;
    },
    () => time,
  );
});
const use = () => thing.use(async (one) => one);

describe('what is put away', () => {
  test('is made once for all who come at the same time, and not before', async () => {
    expect(thing.isThere()).toBe(false);
    expect(await Promise.all([use(), use(), use()])).toEqual([1, 1, 1]);
  });

  test('stays while it was used since, and is made anew after that', async () => {
    await use();
    thing.putAway(1000);
    expect(await use()).toBe(1);
    thing.putAway(1001);
    expect(thing.isThere()).toBe(false);
    expect(await use()).toBe(2);
  });

  test('stays for as long as somebody works with it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = thing.use(() => promise);
    await use();
    time += 10_000;
    thing.putAway(time);
    expect(thing.isThere()).toBe(true);
    resolve();
    await work;
    thing.putAway(time + 1);
    expect(thing.isThere()).toBe(false);
  });

  test('is tried again by who comes after a failure', async () => {
    fails = true;
    await expect(use()).rejects.toThrow('cannot be made');
    fails = false;
    expect(await use()).toBe(1);
  });
});
