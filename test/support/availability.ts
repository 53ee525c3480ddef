import { describe, test } from '@jest/globals';
import { findProgram } from './find-program.ts';

/**
 * A suite that needs a real program. Where the program is missing the suite says so in one line and is skipped;
 * with CI=true it fails, so that a pipeline cannot lose a suite unnoticed.
 */
export function describeWith(program: string, suite: (path: string) => void): void {
  const path = findProgram(program);
  if (path) {
    describe(`with ${program}`, () => suite(path));
    return;
  }
  if (process.env['CI'] === 'true') {
    test(`${program} is installed`, () => {
      throw new Error(`${program} is missing: with CI=true every suite must run`);
    });
    return;
  }
  // Jest gathers console output into blocks with a stack; this must stay one line.
  process.stderr.write(`skipped: ${program} is not installed, so its suites do not run\n`);
  test.skip(`needs ${program}`, () => {});
}
