import { cpus, totalmem } from 'node:os';
import type { LoadResult } from './measure/run-load.ts';

export interface Comparison {
  name: string;
  /** One for each round. */
  bare: readonly LoadResult[];
  parley: readonly LoadResult[];
}

/** The machine, in one line: figures mean nothing without it. */
export function describeMachine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${model}, ${memory} GiB, Node ${process.version}`;
}

/** bare ÷ Parley for each case: above 1, Parley needs less. The spread is of the rounds' own ratios. */
export function describeComparisons(comparisons: readonly Comparison[]): string {
  const head = [
    'case',
    'CPU ratio (spread)',
    'server ms bare',
    'server ms Parley',
    'Redis ratio',
    'ops/s bare',
    'ops/s Parley',
  ];
  const rows = comparisons.map(({ name, bare, parley }) => {
    const ratios = bare.map(({ serverCpu }, round) => serverCpu / (parley[round]?.serverCpu ?? Number.NaN));
    return [
      name,
      `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
      medianOf(bare, 'serverCpu').toFixed(3),
      medianOf(parley, 'serverCpu').toFixed(3),
      ratio(medianOf(bare, 'redisCpu'), medianOf(parley, 'redisCpu')),
      medianOf(bare, 'throughput').toFixed(0),
      medianOf(parley, 'throughput').toFixed(0),
    ];
  });
  return table([head, ...rows]);
}

export function describeLatencies(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ name, bare, parley }) => [
    name,
    medianOf(bare, 'throughput').toFixed(0),
    medianOf(bare, 'p50').toFixed(1),
    medianOf(parley, 'p50').toFixed(1),
    medianOf(bare, 'p99').toFixed(1),
    medianOf(parley, 'p99').toFixed(1),
  ]);
  return table([
    ['case, at equal load', 'ops/s', 'p50 ms bare', 'p50 ms Parley', 'p99 ms bare', 'p99 ms Parley'],
    ...rows,
  ]);
}

export function medianOf(results: readonly LoadResult[], member: keyof LoadResult): number {
  return median(results.map((result) => result[member]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Too little to be counted is no ratio. */
function ratio(of: number, to: number): string {
  return of > 0 && to > 0 ? (of / to).toFixed(2) : '–';
}

function table(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
