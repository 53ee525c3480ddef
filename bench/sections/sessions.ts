import { takeTurns } from '../cases/all-cases.ts';
import { readTree } from '../measure/process-tree.ts';
import { startParley } from '../subject/start-parley.ts';
import { describeGrowth, type GrowthRow, measureGrowing, visiting } from './growth.ts';
import type { Section } from './section.ts';

/** Silent sign-ins of a thousand consumers, among more and more who are signed in. */
export const sessions: Section = async (options) => {
  const parley = await startParley({ keys: options.keys });
  try {
    const turns = takeTurns(await parley.fill(visiting));
    const measured = { subject: parley, browsers: { aged: turns, recent: turns } };
    const rows: GrowthRow[] = [];
    let stored = visiting;
    for (const size of [1000, 100_000, 1_000_000]) {
      await parley.fillUnvisited(size - stored);
      stored = size;
      const results = await measureGrowing(measured, options);
      const memory = readTree(parley.redisPid ?? 0).residentBytes;
      rows.push({ size: size.toLocaleString('en'), results, memory });
    }
    return describeGrowth('sessions', rows, 'Redis');
  } finally {
    await parley.stop();
  }
};
