import { findCase, takeTurns } from '../cases/all-cases.ts';
import { signInAll } from '../cases/sign-in.ts';
import { markdownTable, medianOf } from '../report.ts';
import { startBare } from '../subject/start-bare.ts';
import { type BenchOptions, inTurn, type Measured, prepareSide, type Section, warmUp } from './section.ts';

/**
 * What cannot be left out while the library makes the answer, and so the most that a ratio could be: the bare server with a
 * store that costs nothing.
 */
export const library: Section = async (options) => {
  const { keys, parallel } = options;
  const bare = await startBare({ keys });
  const alone = await startBare({ keys, store: 'memory' });
  try {
    const signedIn = async (subject: typeof bare): Promise<Measured> => {
      const turns = takeTurns(await signInAll(subject, parallel));
      return { subject, browsers: { aged: turns, recent: turns } };
    };
    const sides = { all: await signedIn(bare), floor: await signedIn(alone) };
    const rows: string[][] = [];
    for (const name of ['id_token RS256', 'id_token ES256', 'code + token', 'refresh', 'userinfo'])
      rows.push(await compare(name, sides, options));
    return markdownTable([['case', 'bare, ms', 'at least, ms', 'the most that a ratio can be'], ...rows]);
  } finally {
    await bare.stop();
    await alone.stop();
  }
};

async function compare(
  name: string,
  { all, floor }: { all: Measured; floor: Measured },
  options: BenchOptions,
): Promise<string[]> {
  const sides = {
    all: await prepareSide(all, findCase(name), options),
    floor: await prepareSide(floor, findCase(name), options),
  };
  await warmUp(sides, options);
  const results = await inTurn({ ...options, parts: 4 }, sides);
  sides.all.close();
  sides.floor.close();
  const [whole, least] = [medianOf(results.all, 'serverCpu'), medianOf(results.floor, 'serverCpu')];
  return [name, whole.toFixed(3), least.toFixed(3), (whole / least).toFixed(2)];
}
