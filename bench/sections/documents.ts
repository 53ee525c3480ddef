import { findCase } from '../cases/all-cases.ts';
import { describeRatio, markdownTable, medianOf } from '../report.ts';
import { startBare } from '../subject/start-bare.ts';
import { startParley } from '../subject/start-parley.ts';
import { type PlainNode, startPlainNode } from '../subject/start-plain-node.ts';
import { inTurn, prepareSide, type Section, warmUp } from './section.ts';

const cases = ['discovery', 'jwks'] as const;
const paths = ['/.well-known/openid-configuration', '/jwks'];
const nobody = { aged: () => '', recent: () => '' };

/**
 * Discovery and the key set beside what no server on Node can take less than: its http server alone, with the same headers
 * and bytes that Parley answers with, and with the smallest answer there is.
 */
export const documents: Section = async (options) => {
  const bare = await startBare(options);
  const parley = await startParley(options);
  const same = await startPlainNode({ issuer: parley.issuer, paths });
  const smallest = await startPlainNode();
  const subjects: Record<string, PlainNode> = {
    bare,
    Parley: parley,
    'Node alone, with the same answer': same,
    'Node alone, with two letters': smallest,
  };
  try {
    const rows: string[][] = [];
    for (const name of cases) {
      const sides = Object.fromEntries(
        await Promise.all(
          Object.entries(subjects).map(async ([label, subject]) => {
            const side = await prepareSide({ subject, browsers: nobody }, findCase(name), options);
            return [label, side] as const;
          }),
        ),
      );
      await warmUp(sides, options);
      const results = await inTurn({ ...options, parts: 4 }, sides);
      for (const side of Object.values(sides)) side.close();
      const ofBare = results['bare'] ?? [];
      for (const [label, own] of Object.entries(results)) {
        rows.push([name, label, medianOf(own, 'serverCpu').toFixed(4), describeRatio(ofBare, own)]);
      }
    }
    return markdownTable([['case', 'server', 'server ms', 'bare ÷ it (spread)'], ...rows]);
  } finally {
    for (const subject of Object.values(subjects)) await subject.stop();
  }
};
