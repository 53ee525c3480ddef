import { findCase, takeTurns } from '../cases/all-cases.ts';
import type { Operate } from '../cases/bench-case.ts';
import { createSend } from '../measure/http-client.ts';
import { readTree } from '../measure/process-tree.ts';
import { type LoadResult, runLoad } from '../measure/run-load.ts';
import { startBare } from '../subject/start-bare.ts';
import { startParley } from '../subject/start-parley.ts';
import type { BrandsSubject } from '../subject/subject.ts';
import { describeGrowth, growing, type GrowthRow, repeat, visiting, warmUp } from './growth.ts';
import type { BenchOptions, Section } from './section.ts';

const sizes = [1, 100, 1000] as const;
/** As many as there are threads that sign. */
const visits = 4;

/**
 * The same number of consumers spread over more and more brands of one process, asked for in turn: Parley, and as many
 * Providers of the bare library beside it, so that what the library itself takes for them shows.
 */
export const brands: Section = async (options) => {
  const parley = await grow((size) => startParley({ keys: options.keys, brands: size }), options);
  const bare = await grow((size) => startBare({ keys: options.keys, brands: size }), options);
  const [first, , last] = parley;
  const further = ((last?.memory ?? 0) - (first?.memory ?? 0)) / (sizes[2] - 1) / 1024;
  return [
    describeGrowth('brands', parley, 'Parley'),
    `Memory for a further brand in use: ${further.toFixed(0)} KiB.`,
    describeGrowth('Providers, bare', bare, 'bare'),
  ].join('\n\n');
};

async function grow(
  start: (size: number) => Promise<BrandsSubject>,
  options: BenchOptions,
): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  for (const size of sizes) {
    const subject = await start(size);
    try {
      const results = await measureAll(subject, options);
      const started = (subject.startedAfter / 1000).toFixed(1);
      const memory = readTree(subject.pid).residentBytes;
      rows.push({ size: `${size} (started after ${started} s)`, results, memory });
    } finally {
      await subject.stop();
    }
  }
  return rows;
}

async function measureAll(subject: BrandsSubject, options: BenchOptions): Promise<LoadResult[][]> {
  const { issuers, name: server } = subject;
  const cookies = await subject.fillEach(Math.ceil(visiting / issuers.length));
  // All on one host: a browser or proxy would use the same connections.
  const send = createSend(subject.issuer);
  const places = issuers.map((issuer, index) => ({
    subject: { name: server, issuer },
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
    await runLoad(subject, { ...options, operate, milliseconds: warmUp });
    results.push(await repeat(options.rounds, () => runLoad(subject, { ...options, operate })));
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
