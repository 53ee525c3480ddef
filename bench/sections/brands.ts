import { findCase, takeTurns } from '../cases/all-cases.ts';
import type { Operate } from '../cases/bench-case.ts';
import { createSend } from '../measure/http-client.ts';
import { readTree } from '../measure/process-tree.ts';
import { startBare } from '../subject/start-bare.ts';
import { startParley } from '../subject/start-parley.ts';
import type { BrandsSubject } from '../subject/subject.ts';
import { describeGrowth, type Grown, type GrowthRow, measureInTurn, visiting } from './growth.ts';
import type { BenchOptions, Section } from './section.ts';

const sizes = [1, 100, 1000] as const;
/** For each brand, as many as there are threads that sign; and in all, so that code is compiled to the same degree. */
const visits = 4;
const visitsOfAll = 4000;
/**
 * Requests in a row that are for one brand. With one, each is for another brand than the last: the processor's caches and
 * the look-ups of compiled code are never warm for it.
 */
const rowsOfOne = [1, 40] as const;

interface Row extends Grown {
  title: string;
  subject: BrandsSubject;
}

/**
 * The same number of consumers spread over more and more brands of one process: Parley, and as many Providers of the bare
 * library beside it, so that what the library itself takes for them shows.
 */
export const brands: Section = async (options) => {
  const { keys } = options;
  const servers: BrandsSubject[] = [];
  try {
    for (const start of [startParley, startBare])
      for (const size of sizes) servers.push(await start({ keys, brands: size }));
    const rows: Row[] = [];
    for (const server of servers) rows.push(...(await rowsOf(server, options)));
    const results = await measureInTurn(rows, options);
    const measured = rows.map(({ title, subject }, index) => ({
      size: title,
      results: results[index] ?? [],
      memory: readTree(subject.pid).residentBytes,
    }));
    const ofBare = rows.findIndex(({ subject }) => subject.name !== 'Parley');
    const [parley, bare] = [measured.slice(0, ofBare), measured.slice(ofBare)];
    return [
      describeGrowth('brands', parley, 'Parley'),
      `Memory for a further brand in use: ${furtherBrand(parley)} KiB.`,
      describeGrowth('Providers, bare', bare, 'bare'),
    ].join('\n\n');
  } finally {
    for (const server of servers) await server.stop();
  }
};

function furtherBrand(rows: readonly GrowthRow[]): string {
  const grown = (rows.at(-1)?.memory ?? 0) - (rows[0]?.memory ?? 0);
  return (grown / (Math.max(...sizes) - 1) / 1024).toFixed(0);
}

async function rowsOf(subject: BrandsSubject, { parallel }: BenchOptions): Promise<Row[]> {
  const { issuers, name: server } = subject;
  const cookies = await subject.fillEach(Math.ceil(visiting / issuers.length));
  // All on one host: a browser or proxy would use the same connections.
  const send = createSend(subject.issuer);
  const places = issuers.map((issuer, index) => ({
    subject: { name: server, issuer },
    send,
    nextCookie: takeTurns(cookies[index] ?? []),
    parallel,
  }));
  const started = `started after ${(subject.startedAfter / 1000).toFixed(1)} s`;
  return rowsOfOne
    .filter((inRow) => inRow === 1 || issuers.length > 1)
    .map((inRow) => ({
      title: `${issuers.length} (${inRow === 1 ? started : `${inRow} requests in a row for one`})`,
      subject,
      async prepare(name) {
        const operations = await Promise.all(places.map((place) => findCase(name).prepare(place)));
        await visitEach(operations, parallel);
        let next = 0;
        return async (worker) => operations[Math.floor(next++ / inRow) % operations.length]?.(worker);
      },
    }));
}

/** Before anything counts: a key's first signatures, on each thread, cost several times as much as its later ones. */
async function visitEach(operations: readonly Operate[], parallel: number): Promise<void> {
  let begun = 0;
  const end = Math.max(operations.length * visits, visitsOfAll);
  const work = async (worker: number): Promise<void> => {
    while (begun < end) await operations[begun++ % operations.length]?.(worker);
  };
  await Promise.all(Array.from({ length: parallel }, (_, worker) => work(worker)));
}
