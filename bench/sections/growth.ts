import type { Operate } from '../cases/bench-case.ts';
import { type LoadResult, runLoad } from '../measure/run-load.ts';
import { markdownTable, median, medianOf } from '../report.ts';
import type { Subject } from '../subject/subject.ts';
import type { BenchOptions } from './section.ts';

/** What is watched while something grows. */
export const growing = ['code + token', 'id_token RS256'] as const;

/** Milliseconds of one turn. */
const slice = 400;

export interface GrowthRow {
  size: string;
  /** For each of `growing`, one for each round. */
  results: readonly LoadResult[][];
  /** Bytes. */
  memory: number;
}

/** The same work at another size, beside the others. */
export interface Grown {
  subject: Pick<Subject, 'pid' | 'redisPid'>;
  /** One operation of the case of this name. */
  prepare(name: string): Promise<Operate>;
}

/**
 * Each of them for a short while, in turn, again and again: a machine whose speed changes meanwhile would show growth
 * where there is none. @returns for each of `all` what a row needs
 */
export async function measureInTurn(
  all: readonly Grown[],
  { rounds, milliseconds, parallel, warm }: BenchOptions,
): Promise<LoadResult[][][]> {
  const results = all.map((): LoadResult[][] => growing.map(() => []));
  for (const [index, name] of growing.entries()) {
    const operations = await Promise.all(all.map(({ prepare }) => prepare(name)));
    const run = (which: number, time: number): Promise<LoadResult> => {
      const [grown, operate] = [all[which], operations[which]];
      if (!grown || !operate) throw new Error(`nothing at ${which}`);
      return runLoad(grown.subject, { operate, parallel, milliseconds: time });
    };
    for (const which of all.keys()) await run(which, warm);
    for (let round = 0; round < (rounds * milliseconds) / slice; round += 1) {
      // Another begins each time: what the one before leaves to be done, such as collecting garbage, meets each of them.
      for (const step of all.keys()) {
        const which = (round + step) % all.length;
        results[which]?.[index]?.push(await run(which, slice));
      }
    }
  }
  return results;
}

export async function repeat(rounds: number, one: () => Promise<LoadResult>): Promise<LoadResult[]> {
  const results: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await one());
  return results;
}

/** Growth is the median of the rounds' own. @param memory whose memory is shown */
export function describeGrowth(what: string, rows: readonly GrowthRow[], memory: string): string {
  const head = [what, ...growing.flatMap((name) => [`${name}, ms`, 'to the first']), `${memory}, MiB`];
  const body = rows.map(({ size, results, memory: bytes }) => [
    size,
    ...results.flatMap((one, index) => {
      const first = rows[0]?.results[index] ?? [];
      const growth = one.map(({ serverCpu }, round) => serverCpu / (first[round]?.serverCpu ?? Number.NaN));
      return [medianOf(one, 'serverCpu').toFixed(3), `× ${median(growth).toFixed(2)}`];
    }),
    (bytes / 2 ** 20).toFixed(0),
  ]);
  return markdownTable([head, ...body]);
}
