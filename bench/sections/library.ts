import { findCase, takeTurns } from '../cases/all-cases.ts';
import { signInAll } from '../cases/sign-in.ts';
import { markdownTable, medianOf } from '../report.ts';
import { startBare } from '../subject/start-bare.ts';
import { inTurn, measure, type Section } from './section.ts';

/**
 * What the library takes alone: the bare server with a store that costs nothing. Whatever is built on the library pays
 * that too, so bare ÷ this is the most that any ratio could be while the library makes the answer.
 */
export const library: Section = async (options) => {
  const { keys, rounds, parallel } = options;
  const bare = await startBare({ keys });
  const alone = await startBare({ keys, store: 'memory' });
  try {
    const measured = async (subject: typeof bare) => {
      const turns = takeTurns(await signInAll(subject, parallel));
      return { subject, browsers: { aged: turns, recent: turns } };
    };
    const sides = { bare: await measured(bare), alone: await measured(alone) };
    const rows: string[][] = [];
    for (const name of ['id_token RS256', 'id_token ES256', 'code + token', 'refresh', 'userinfo']) {
      const results = await inTurn(rounds, {
        bare: () => measure(sides.bare, findCase(name), options),
        alone: () => measure(sides.alone, findCase(name), options),
      });
      const [all, own] = [medianOf(results.bare, 'serverCpu'), medianOf(results.alone, 'serverCpu')];
      rows.push([name, all.toFixed(3), own.toFixed(3), (all / own).toFixed(2)]);
    }
    const head = ['case', 'bare, ms', 'the library alone, ms', 'the most that a ratio can be'];
    return markdownTable([head, ...rows]);
  } finally {
    await bare.stop();
    await alone.stop();
  }
};
