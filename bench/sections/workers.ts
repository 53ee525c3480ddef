import { findCase } from '../cases/all-cases.ts';
import type { LoadResult } from '../measure/run-load.ts';
import { readTree } from '../measure/process-tree.ts';
import { type ParleySubject, startParley } from '../subject/start-parley.ts';
import { withBrowsers } from './comparison.ts';
import { describeGrowth, growing } from './growth.ts';
import { inTurn, prepareSide, type Section, warmUp } from './section.ts';

const sizes = ['1', '2'] as const;

/**
 * Two processes that share a port, beside one, in turn and at equal load: half of what one can do, so that neither they nor
 * the generator stand in each other's way.
 */
export const workers: Section = async (options) => {
  const servers = new Map<string, ParleySubject>();
  try {
    const measured = new Map<string, Awaited<ReturnType<typeof withBrowsers>>>();
    for (const size of sizes) {
      const parley = await startParley({ keys: options.keys, env: { PARLEY_WORKERS: size } });
      servers.set(size, parley);
      measured.set(size, await withBrowsers(parley, options));
    }
    const results = new Map<string, LoadResult[][]>(sizes.map((size) => [size, []]));
    for (const name of growing) {
      const sides = Object.fromEntries(
        await Promise.all(
          [...measured].map(
            async ([size, one]) => [size, await prepareSide(one, findCase(name), options)] as const,
          ),
        ),
      );
      await warmUp(sides, options);
      const alone = await sides['1']?.run({ milliseconds: options.milliseconds });
      const offered = (alone?.throughput ?? 0) / 2;
      const ofCase = await inTurn({ ...options, parts: 4, offered }, sides);
      for (const [size, rounds] of Object.entries(ofCase)) results.get(size)?.push(rounds);
      for (const side of Object.values(sides)) side.close();
    }
    const rows = [...results].map(([size, one]) => ({
      size,
      results: one,
      memory: readTree(servers.get(size)?.pid ?? 0).residentBytes,
    }));
    return describeGrowth('workers', rows, 'Parley');
  } finally {
    for (const server of servers.values()) await server.stop();
  }
};
