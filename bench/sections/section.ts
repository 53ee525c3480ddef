import type { JWK } from 'jose';
import { type Browsers, prepareCase } from '../cases/all-cases.ts';
import type { BenchCase } from '../cases/bench-case.ts';
import { type LoadResult, runLoad } from '../measure/run-load.ts';
import type { Subject } from '../subject/subject.ts';

/** What every part of the report is given. */
export interface BenchOptions {
  keys: JWK[];
  cases: readonly BenchCase[];
  /** How often each measurement is repeated. */
  rounds: number;
  milliseconds: number;
  /** Requests at a time. */
  parallel: number;
  /** Consumers who come back after a while: enough that none comes twice within a minute. */
  consumers: number;
}

/** One part of the report, as Markdown. */
export type Section = (options: BenchOptions) => Promise<string>;

export interface Measured {
  subject: Pick<Subject, 'name' | 'issuer' | 'pid' | 'redisPid'>;
  browsers: Browsers;
}

/** One measurement, after compiled code and warm caches. @param offered operations in a second; absent: all it can do */
export async function measure(
  { subject, browsers }: Measured,
  benchCase: BenchCase,
  { parallel, milliseconds, offered }: Pick<BenchOptions, 'parallel' | 'milliseconds'> & { offered?: number },
): Promise<LoadResult> {
  const { operate, close } = await prepareCase(benchCase, { subject, browsers, parallel });
  try {
    await runLoad(subject, { operate, parallel, milliseconds: milliseconds / 4 });
    return await runLoad(subject, { operate, parallel, milliseconds, ...(offered && { offered }) });
  } finally {
    close();
  }
}

/**
 * Sides in turn, round by round: what the machine does meanwhile meets all of them. A first round is not counted: code
 * that has not run often is slow, on each side and not to the same degree.
 */
export async function inTurn<T extends string>(
  rounds: number,
  sides: Record<T, (() => Promise<LoadResult>) | undefined>,
): Promise<Record<T, LoadResult[]>> {
  const names = Object.keys(sides) as T[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<T, LoadResult[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const result = await sides[name]?.();
      if (result && round > 0) results[name].push(result);
    }
  }
  return results;
}
