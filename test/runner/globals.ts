import type * as Jest from '@jest/globals';
import { startStopwatch } from '../support/stopwatch.ts';

/**
 * What test files import from `@jest/globals`: jest's own functions, with a deadline for each test and hook, which
 * the runner does not know. A test that hangs must fail, not hold everybody up.
 */
const own = globalThis as unknown as typeof Jest;

/** Milliseconds: `testTimeout` of jest's configuration (worker.ts). */
const deadline = Number(process.env['TEST_DEADLINE']);

type Body = (...args: never[]) => unknown;
type Define = (...args: unknown[]) => unknown;

/** @returns the body, failing when it takes longer than `limit` milliseconds of a machine that runs */
export function withDeadline(body: Body, limit = deadline): Body {
  return async (...args) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const watch = startStopwatch((passed) => {
      if (passed >= limit) reject(new Error(`not finished within ${limit} ms`));
    });
    try {
      await Promise.race([body(...args), late]);
    } finally {
      watch.stop();
    }
  };
}

/** For `test(name, body, limit?)` and `beforeAll(body, limit?)` alike. */
function limited<T>(define: T): T {
  return ((...args: unknown[]) => {
    const at = args.findIndex((argument) => typeof argument === 'function');
    if (at < 0) return (define as Define)(...args);
    const limit = args[at + 1] as number | undefined;
    return (define as Define)(...args.slice(0, at), withDeadline(args[at] as Body, limit));
  }) as T;
}

function limitedEach<T>(each: T): T {
  return ((...table: unknown[]) => limited((each as (...rows: unknown[]) => unknown)(...table))) as T;
}

export const { describe, expect, jest } = own;
export const beforeAll = limited(own.beforeAll);
export const beforeEach = limited(own.beforeEach);
export const afterAll = limited(own.afterAll);
export const afterEach = limited(own.afterEach);
export const test = Object.assign(limited(own.test), {
  each: limitedEach(own.test.each),
  only: Object.assign(limited(own.test.only), { each: limitedEach(own.test.only.each) }),
  skip: own.test.skip,
});
