import { findCase } from '../cases/all-cases.ts';
import { readTree } from '../measure/process-tree.ts';
import type { LoadResult } from '../measure/run-load.ts';
import { startParley } from '../subject/start-parley.ts';
import { withBrowsers } from './comparison.ts';
import { describeGrowth, growing, type GrowthRow, repeat } from './growth.ts';
import { measure, type Section } from './section.ts';

/**
 * Two processes that share a port, beside one, at equal load: half of what one can do, so that neither they nor the
 * generator stand in each other's way.
 */
export const workers: Section = async (options) => {
  const rows: GrowthRow[] = [];
  const offered = new Map<string, number>();
  for (const size of ['1', '2']) {
    const parley = await startParley({ keys: options.keys, env: { PARLEY_WORKERS: size } });
    try {
      const measured = await withBrowsers(parley, options);
      const results: LoadResult[][] = [];
      for (const name of growing) {
        const benchCase = findCase(name);
        const { throughput } = await measure(measured, benchCase, { ...options, milliseconds: options.warm });
        offered.set(name, offered.get(name) ?? throughput / 2);
        const equal = { ...options, offered: offered.get(name) ?? 0 };
        results.push(await repeat(options.rounds, () => measure(measured, benchCase, equal)));
      }
      rows.push({ size, results, memory: readTree(parley.pid).residentBytes });
    } finally {
      await parley.stop();
    }
  }
  return describeGrowth('workers', rows, 'Parley');
};
