import { findCase, prepareCase, takeTurns } from '../cases/all-cases.ts';
import { readAlone } from '../measure/process-tree.ts';
import { type ParleySubject, startParley } from '../subject/start-parley.ts';
import { describeGrowth, type Grown, measureInTurn } from './growth.ts';
import type { BenchOptions, Section } from './section.ts';

/** Consumers who come back, however many others there are. */
const visiting = 1000;

/** Silent sign-ins of a thousand consumers, among more and more who are signed in. */
export const sessions: Section = async (options) => {
  const { sessions: sizes } = options.sizes;
  const servers: ParleySubject[] = [];
  try {
    const grown: Grown[] = [];
    for (const size of sizes) {
      const parley = await startParley({ keys: options.keys });
      servers.push(parley);
      grown.push(await fillTo(size, parley, options));
    }
    const results = await measureInTurn(grown, options);
    const rows = sizes.map((size, index) => ({
      size: size.toLocaleString('en'),
      results: results[index] ?? [],
      memory: readAlone(servers[index]?.redisPid ?? 0).residentBytes,
    }));
    return describeGrowth('sessions', rows, 'Redis');
  } finally {
    for (const server of servers) await server.stop();
  }
};

async function fillTo(size: number, parley: ParleySubject, { parallel }: BenchOptions): Promise<Grown> {
  const turns = takeTurns(await parley.fill(visiting));
  await parley.fillUnvisited(Math.max(0, size - visiting));
  const place = { subject: parley, browsers: { aged: turns, recent: turns }, parallel };
  return {
    subject: parley,
    prepare: async (name) => (await prepareCase(findCase(name), place)).operate,
  };
}
