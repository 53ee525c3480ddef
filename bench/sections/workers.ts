import { readTree } from '../measure/process-tree.ts';
import { startParley } from '../subject/start-parley.ts';
import { withBrowsers } from './comparison.ts';
import { describeGrowth, type GrowthRow, measureGrowing } from './growth.ts';
import type { Section } from './section.ts';

/** Two processes that share a port, beside one. */
export const workers: Section = async (options) => {
  const rows: GrowthRow[] = [];
  for (const size of ['1', '2']) {
    const parley = await startParley({ keys: options.keys, env: { PARLEY_WORKERS: size } });
    try {
      const results = await measureGrowing(await withBrowsers(parley, options), options);
      rows.push({ size, results, memory: readTree(parley.pid).residentBytes });
    } finally {
      await parley.stop();
    }
  }
  return describeGrowth('workers', rows, 'Parley');
};
