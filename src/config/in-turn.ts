import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work after which others get their turn: short to a request, long enough to come to an end. */
const slice = 10;

/** Maps one item after the other and lets running requests go on in between: a thousand brands take seconds. */
export async function inTurn<T, R>(items: readonly T[], map: (item: T) => R | Promise<R>): Promise<R[]> {
  const mapped: R[] = [];
  let began = performance.now();
  for (const item of items) {
    if (performance.now() - began > slice) {
      await nextTurn();
      began = performance.now();
    }
    mapped.push(await map(item));
  }
  return mapped;
}
