import { signInAtBrands } from '../cases/of-brands.ts';
import { readTree } from '../measure/process-tree.ts';
import { startBare } from '../subject/start-bare.ts';
import { startParley } from '../subject/start-parley.ts';
import type { BrandsSubject } from '../subject/subject.ts';
import { describeGrowth, type Grown, type GrowthRow, measureInTurn } from './growth.ts';
import type { BenchOptions, Section } from './section.ts';

/** Requests in a row that are for one brand. */
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
  const { brands: sizes } = options.sizes;
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
      `Memory for a further brand in use: ${furtherBrand(parley, sizes)} KiB.`,
      describeGrowth('Providers, bare', bare, 'bare'),
    ].join('\n\n');
  } finally {
    for (const server of servers) await server.stop();
  }
};

function furtherBrand(rows: readonly GrowthRow[], sizes: readonly number[]): string {
  const grown = (rows.at(-1)?.memory ?? 0) - (rows[0]?.memory ?? 0);
  return (grown / ((sizes.at(-1) ?? 0) - (sizes[0] ?? 0)) / 1024).toFixed(0);
}

async function rowsOf(subject: BrandsSubject, { parallel }: BenchOptions): Promise<Row[]> {
  const count = subject.issuers.length;
  const prepare = await signInAtBrands(subject, parallel);
  const started = `started after ${(subject.startedAfter / 1000).toFixed(1)} s`;
  return rowsOfOne
    .filter((inRow) => inRow === 1 || count > 1)
    .map((inRow) => ({
      title: `${count} (${inRow === 1 ? started : `${inRow} requests in a row for one`})`,
      subject,
      prepare: (name) => prepare(name, inRow),
    }));
}
