import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findPaths } from '../../support/fuzz/find-paths.ts';
import { runFuzz } from '../../support/fuzz/run-fuzz.ts';
import { startTarget } from '../../support/fuzz/start-target.ts';

/** docs/security.md 55: requests of every kind to every address; `npm run fuzz` is the same for ten minutes. */

/** Printed with every fault; set it to meet the same requests again. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const milliseconds = 6000;
const atLeast = 500;

let target: Awaited<ReturnType<typeof startTarget>>;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target?.stop());

test('55 every address that a source names is fuzzed', () => {
  const paths = findPaths();
  for (const path of [
    '/auth',
    '/token',
    '/page/identity',
    '/backchannel/sign-out',
    '/interaction/:uid/cancel',
    '/healthz',
  ])
    expect(paths).toContain(path);
});

test('55 whatever is sent is answered below 500, without a trace of the program, and in time', async () => {
  const { parley } = target;
  const report = await runFuzz({ issuer: parley.issuer, pid: parley.pid(), seed, milliseconds, atLeast });
  expect({ seed, faults: report.faults }).toEqual({ seed, faults: [] });
  // All kinds of answers were met, so the requests are neither all wrong nor all refused at the door.
  expect(Object.keys(report.answers).toSorted()).toEqual(expect.arrayContaining(['2xx', '3xx', '4xx']));
  expect(parley.log().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  expect((await fetch(`${parley.issuer}/readyz`)).status).toBe(200);
});
