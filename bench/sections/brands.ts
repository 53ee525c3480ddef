import { findCase, takeTurns } from '../cases/all-cases.ts';
import type { Operate } from '../cases/bench-case.ts';
import { createSend } from '../measure/http-client.ts';
import { readTree } from '../measure/process-tree.ts';
import { type LoadResult, runLoad } from '../measure/run-load.ts';
import { type ParleySubject, startParley } from '../subject/start-parley.ts';
import { describeGrowth, growing, type GrowthRow, repeat, visiting, warmUp } from './growth.ts';
import type { BenchOptions, Section } from './section.ts';

const sizes = [1, 100, 1000] as const;
/** As many as there are threads that sign. */
const visits = 4;

/** The same number of consumers spread over more and more brands of one process, asked for in turn. */
export const brands: Section = async (options) => {
  const rows: GrowthRow[] = [];
  for (const size of sizes) {
    const parley = await startParley({ keys: options.keys, brands: size });
    try {
      const results = await measureAll(parley, options);
      const started = (parley.startedAfter / 1000).toFixed(1);
      const memory = readTree(parley.pid).residentBytes;
      rows.push({ size: `${size} (started after ${started} s)`, results, memory });
    } finally {
      await parley.stop();
    }
  }
  const [first, , last] = rows;
  const further = ((last?.memory ?? 0) - (first?.memory ?? 0)) / (sizes[2] - 1) / 1024;
  return `${describeGrowth('brands', rows, 'Parley')}\n\nMemory for a further brand in use: ${further.toFixed(0)} KiB.`;
};

async function measureAll(parley: ParleySubject, options: BenchOptions): Promise<LoadResult[][]> {
  const { issuers } = parley;
  const cookies = await parley.fillEach(Math.ceil(visiting / issuers.length));
  // All on one host: a browser or proxy would use the same connections.
  const send = createSend(parley.issuer);
  const places = issuers.map((issuer, index) => ({
    subject: { name: 'Parley', issuer },
    send,
    nextCookie: takeTurns(cookies[index] ?? []),
    parallel: options.parallel,
  }));
  const results: LoadResult[][] = [];
  for (const name of growing) {
    const operations = await Promise.all(places.map((place) => findCase(name).prepare(place)));
    let next = 0;
    const operate = async (worker: number) => operations[next++ % operations.length]?.(worker);
    await visitEach(operations, options.parallel);
    await runLoad(parley, { ...options, operate, milliseconds: warmUp });
    results.push(await repeat(options.rounds, () => runLoad(parley, { ...options, operate })));
  }
  send.close();
  return results;
}

/** Before anything counts: a key's first signatures, on each thread, cost several times as much as its later ones. */
async function visitEach(operations: readonly Operate[], parallel: number): Promise<void> {
  let begun = 0;
  const work = async (worker: number): Promise<void> => {
    while (begun < operations.length * visits) await operations[begun++ % operations.length]?.(worker);
  };
  await Promise.all(Array.from({ length: parallel }, (_, worker) => work(worker)));
}
