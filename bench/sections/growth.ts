import { findCase } from '../cases/all-cases.ts';
import type { LoadResult } from '../measure/run-load.ts';
import { markdownTable, medianOf } from '../report.ts';
import { type BenchOptions, measure, type Measured } from './section.ts';

/** What is watched while something grows. */
export const growing = ['code + token', 'id_token RS256'] as const;

/** Milliseconds before anything counts: the first size would seem dearer than it is while code is still compiled. */
export const warmUp = 2500;

/** Consumers who come back, however many others there are. */
export const visiting = 1000;

export interface GrowthRow {
  size: string;
  /** For each of `growing`, one for each round. */
  results: readonly LoadResult[][];
  /** Bytes. */
  memory: number;
}

export async function measureGrowing(measured: Measured, options: BenchOptions): Promise<LoadResult[][]> {
  const results: LoadResult[][] = [];
  for (const name of growing) {
    await measure(measured, findCase(name), { ...options, milliseconds: warmUp });
    results.push(await repeat(options.rounds, () => measure(measured, findCase(name), options)));
  }
  return results;
}

export async function repeat(rounds: number, one: () => Promise<LoadResult>): Promise<LoadResult[]> {
  const results: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await one());
  return results;
}

/** @param memory whose memory is shown */
export function describeGrowth(what: string, rows: readonly GrowthRow[], memory: string): string {
  const head = [what, ...growing.flatMap((name) => [`${name}, ms`, 'to the first']), `${memory}, MiB`];
  const body = rows.map(({ size, results, memory: bytes }) => [
    size,
    ...results.flatMap((one, index) => {
      const [cpu, first] = [cpuOf(one), cpuOf(rows[0]?.results[index] ?? [])];
      return [cpu.toFixed(3), `× ${(cpu / first).toFixed(2)}`];
    }),
    (bytes / 2 ** 20).toFixed(0),
  ]);
  return markdownTable([head, ...body]);
}

function cpuOf(results: readonly LoadResult[]): number {
  return medianOf(results, 'serverCpu');
}
