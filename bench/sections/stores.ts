import { findCase, takeTurns } from '../cases/all-cases.ts';
import { signInAll } from '../cases/sign-in.ts';
import { markdownTable, medianOf } from '../report.ts';
import { startParley } from '../subject/start-parley.ts';
import { repeat } from './growth.ts';
import { measure, type Section } from './section.ts';

/** Each store with its default durability: Redis with its snapshots, the embedded one on disk before each answer. */
export const stores: Section = async (options) => {
  const rows: string[][] = [];
  for (const store of ['redis', 'embedded'] as const) {
    const parley = await startParley({ keys: options.keys, store });
    try {
      const turns = takeTurns(await signInAll(parley, options.parallel));
      const measured = { subject: parley, browsers: { aged: turns, recent: turns } };
      for (const name of ['code + token, again', 'id_token RS256, again']) {
        const results = await repeat(options.rounds, () => measure(measured, findCase(name), options));
        rows.push([
          store,
          name,
          medianOf(results, 'serverCpu').toFixed(3),
          medianOf(results, 'redisCpu').toFixed(3),
          medianOf(results, 'throughput').toFixed(0),
          medianOf(results, 'p99').toFixed(1),
        ]);
      }
    } finally {
      await parley.stop();
    }
  }
  return markdownTable([['store', 'case', 'server ms', 'Redis ms', 'ops/s', 'p99 ms'], ...rows]);
};
