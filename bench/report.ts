import { cpus, totalmem } from 'node:os';
import type { LoadResult } from './measure/run-load.ts';
import type { Subject } from './subject/subject.ts';

export interface Comparison {
  name: string;
  /** One for each round; none where the bare server has nothing of the kind. */
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
    return [
      name,
      bare.length > 0 ? describeRatio(bare, parley) : '–',
      show(medianOf(bare, 'serverCpu'), 3),
      show(medianOf(parley, 'serverCpu'), 3),
      ratio(medianOf(bare, 'redisCpu'), medianOf(parley, 'redisCpu')),
      show(medianOf(bare, 'throughput'), 0),
      show(medianOf(parley, 'throughput'), 0),
    ];
  });
  return markdownTable([head, ...rows]);
}

/** The median of the rounds' own ratios, with the smallest and the largest. */
export function describeRatio(of: readonly LoadResult[], to: readonly LoadResult[]): string {
  const ratios = of.map(({ serverCpu }, round) => serverCpu / (to[round]?.serverCpu ?? Number.NaN));
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

export function describeLatencies(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ name, bare, parley }) => [
    name,
    show(medianOf(bare, 'throughput'), 0),
    show(medianOf(bare, 'p50'), 1),
    show(medianOf(parley, 'p50'), 1),
    show(medianOf(bare, 'p99'), 1),
    show(medianOf(parley, 'p99'), 1),
  ]);
  return markdownTable([
    ['case, at equal load', 'ops/s', 'p50 ms bare', 'p50 ms Parley', 'p99 ms bare', 'p99 ms Parley'],
    ...rows,
  ]);
}

/** Memory and start of both. */
export function describeProcesses(
  subjects: readonly Pick<Subject, 'name' | 'startedAfter'>[],
  comparisons: readonly Comparison[],
): string {
  const most = (side: 'bare' | 'parley') =>
    Math.max(...comparisons.flatMap((one) => one[side].map(({ memory }) => memory)));
  const memory = [most('bare'), most('parley')];
  const rows = subjects.map(({ name, startedAfter }, index) => [
    name,
    startedAfter.toFixed(0),
    ((memory[index] ?? 0) / 2 ** 20).toFixed(0),
  ]);
  return markdownTable([['server', 'started after, ms', 'resident at most, MiB'], ...rows]);
}

export function medianOf(results: readonly LoadResult[], member: Exclude<keyof LoadResult, 'took'>): number {
  return median(results.map((result) => result[member]));
}

export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function show(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

/** Too little to be counted is no ratio. */
function ratio(of: number, to: number): string {
  return of > 0 && to > 0 ? (of / to).toFixed(2) : '–';
}
