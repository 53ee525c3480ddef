import type { JWK } from 'jose';
import { type Browsers, prepareCase } from '../cases/all-cases.ts';
import type { BenchCase } from '../cases/bench-case.ts';
import { joinLoads, type LoadResult, runLoad } from '../measure/run-load.ts';
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
  /** Milliseconds before anything counts: V8 goes on compiling what runs often for some seconds, longer where there is more. */
  warm: number;
  /** How many are signed in, and how many brands there are, from the first size that the others are compared with. */
  sizes: { sessions: readonly number[]; brands: readonly number[] };
}

/** One part of the report, as Markdown. */
export type Section = (options: BenchOptions) => Promise<string>;

export interface Measured {
  subject: Pick<Subject, 'name' | 'issuer' | 'pid' | 'redisPid'>;
  browsers: Browsers;
}

/** A case at one side, ready to be run. */
export interface Side {
  /** @param offered operations in a second; absent: all it can do */
  run(load: { milliseconds: number; offered?: number }): Promise<LoadResult>;
  close(): void;
}

export async function prepareSide(
  { subject, browsers }: Measured,
  benchCase: BenchCase,
  { parallel }: Pick<BenchOptions, 'parallel'>,
): Promise<Side> {
  const { operate, close } = await prepareCase(benchCase, { subject, browsers, parallel });
  return { run: (load) => runLoad(subject, { operate, parallel, ...load }), close };
}

export async function warmUp(
  sides: Record<string, Side | undefined>,
  { warm }: Pick<BenchOptions, 'warm'>,
): Promise<void> {
  for (const side of Object.values(sides)) await side?.run({ milliseconds: warm });
}

/** One measurement, after compiled code and warm caches. @param offered operations in a second; absent: all it can do */
export async function measure(
  measured: Measured,
  benchCase: BenchCase,
  { parallel, milliseconds, offered }: Pick<BenchOptions, 'parallel' | 'milliseconds'> & { offered?: number },
): Promise<LoadResult> {
  const { run, close } = await prepareSide(measured, benchCase, { parallel });
  try {
    await run({ milliseconds: milliseconds / 4 });
    return await run({ milliseconds, ...(offered && { offered }) });
  } finally {
    close();
  }
}

export interface Turns extends Pick<BenchOptions, 'rounds' | 'milliseconds'> {
  /** In how many parts each round is, which the sides take in turn. */
  parts: number;
  /** Operations in a second; absent: all that a side can do. */
  offered?: number;
}

/** Sides in turn, part by part of a round: what the machine does meanwhile meets all of them. */
export async function inTurn<T extends string>(
  { rounds, milliseconds, parts, offered }: Turns,
  sides: Record<T, Side | undefined>,
): Promise<Record<T, LoadResult[]>> {
  const names = (Object.keys(sides) as T[]).filter((name) => sides[name]);
  const load = { milliseconds: milliseconds / parts, ...(offered && { offered }) };
  const results = Object.fromEntries(
    (Object.keys(sides) as T[]).map((name) => [name, [] as LoadResult[]]),
  ) as Record<T, LoadResult[]>;
  for (let round = 0; round < rounds; round += 1) {
    const ofRound = new Map(names.map((name) => [name, [] as LoadResult[]]));
    for (let part = 0; part < parts; part += 1) {
      // Another begins each time: what the one before leaves to be done, such as collecting garbage, meets each of them.
      for (const name of (round + part) % 2 === 0 ? names : names.toReversed()) {
        const result = await sides[name]?.run(load);
        if (result) ofRound.get(name)?.push(result);
      }
    }
    for (const [name, loads] of ofRound) results[name].push(joinLoads(loads));
  }
  return results;
}
