import { findCase, takeTurns } from '../cases/all-cases.ts';
import { signInAll } from '../cases/sign-in.ts';
import { watchAbsences } from '../cases/watch-absences.ts';
import {
  type Comparison,
  describeComparisons,
  describeLatencies,
  describeProcesses,
  medianOf,
} from '../report.ts';
import { startBare } from '../subject/start-bare.ts';
import { startParley } from '../subject/start-parley.ts';
import type { Subject } from '../subject/subject.ts';
import { inTurn, type Measured, prepareSide, type Section, warmUp } from './section.ts';

/** Bare and Parley in one run: processor time, throughput, latency at equal load, memory, start. */
export const comparison: Section = async (options) => {
  const { keys, cases, parallel, consumers } = options;
  const subjects = [await startBare({ keys }), await startParley({ keys })] as const;
  try {
    const [bare, parley] = [
      await withBrowsers(subjects[0], { consumers, parallel }),
      await withBrowsers(subjects[1], { consumers, parallel }),
    ];
    const closed: Comparison[] = [];
    const open: Comparison[] = [];
    for (const one of cases) {
      const counterpart =
        one.bareCase === undefined ? one : one.bareCase ? findCase(one.bareCase) : undefined;
      const sides = {
        bare: counterpart && (await prepareSide(bare, counterpart, options)),
        parley: await prepareSide(parley, one, options),
      };
      await warmUp(sides, options);
      const cpu = { name: one.name, ...(await inTurn({ ...options, parts: 4 }, sides)) };
      closed.push(cpu);
      if (counterpart) {
        // Half of what the slower of the two can do: neither queues.
        const offered = Math.min(medianOf(cpu.bare, 'throughput'), medianOf(cpu.parley, 'throughput')) / 2;
        const equal = { ...options, rounds: Math.ceil(options.rounds / 2), parts: 1, offered };
        open.push({ name: one.name, ...(await inTurn(equal, sides)) });
      }
      sides.bare?.close();
      sides.parley.close();
    }
    return [
      describeComparisons(closed),
      describeAbsence(parley.shortestAbsence()),
      describeLatencies(open),
      describeProcesses(subjects, closed),
    ].join('\n\n');
  } finally {
    for (const subject of subjects) await subject.stop();
  }
};

/** Those who come back after a while are filled in, those who were here just now sign in. */
export async function withBrowsers(
  subject: Subject,
  { consumers, parallel }: { consumers: number; parallel: number },
): Promise<Measured & { shortestAbsence(): number }> {
  const { next: aged, shortest: shortestAbsence } = watchAbsences(await subject.fill(consumers));
  const recent = takeTurns(await signInAll(subject, parallel));
  return { subject, browsers: { aged, recent }, shortestAbsence };
}

function describeAbsence(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'No consumer of the cases without "again" came twice.';
  const seconds = Math.floor(milliseconds / 1000);
  return `A consumer of the cases without "again" came back after ${seconds} s at the soonest.`;
}
