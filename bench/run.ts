import { parseArgs } from 'node:util';
import { createSigningKeys } from '../src/keys/create-signing-keys.ts';
import { type BenchCase, cases, prepareCase, signInAll } from './cases.ts';
import { type LoadResult, runLoad } from './measure/run-load.ts';
import {
  type Comparison,
  describeComparisons,
  describeLatencies,
  describeMachine,
  medianOf,
} from './report.ts';
import { startBare } from './subject/start-bare.ts';
import { startParley } from './subject/start-parley.ts';
import type { Subject } from './subject/subject.ts';

/**
 * `npm run bench`: bare oidc-provider and Parley on the same machine in the same run, one after the other in each
 * round. Options: `--cases "code + token,jwks"`, `--rounds 5`, `--seconds 3`, `--parallel 8`.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    parallel: { type: 'string', default: '8' },
  },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.seconds) * 1000;
const parallel = Number(values.parallel);
const wanted = values.cases?.split(',').map((name) => name.trim());
const chosen = cases.filter(({ name }) => wanted?.includes(name) ?? true);
const print = (text: string) => void process.stdout.write(`${text}\n`);

const keys = await createSigningKeys();
const subjects = { bare: await startBare(keys), parley: await startParley(keys) };
try {
  print(describeMachine());
  print(
    `${rounds} rounds of ${values.seconds} s for each case, ${parallel} at a time; keys RS256-2048 and ES256`,
  );
  const cookies = {
    bare: await signInAll(subjects.bare, parallel),
    parley: await signInAll(subjects.parley, parallel),
  };
  const closed: Comparison[] = [];
  const open: Comparison[] = [];
  for (const one of chosen) {
    const counterpart = cases.find(({ name }) => name === one.bareCase) ?? one;
    const cpu = await compare(one.name, { bare: counterpart, parley: one });
    closed.push(cpu);
    // Half of what the slower of the two can do: neither queues.
    const offered = Math.min(medianOf(cpu.bare, 'throughput'), medianOf(cpu.parley, 'throughput')) / 2;
    open.push(await compare(one.name, { bare: counterpart, parley: one }, offered));
  }
  print(`\n${describeComparisons(closed)}\n\n${describeLatencies(open)}\n`);
  for (const { name, startedAfter } of Object.values(subjects))
    print(`${name}: started after ${startedAfter.toFixed(0)} ms`);
  for (const name of ['bare', 'parley'] as const) {
    const memory = Math.max(
      ...closed.flatMap((comparison) => comparison[name].map((result) => result.memory)),
    );
    print(`${name}: at most ${(memory / 2 ** 20).toFixed(0)} MiB resident`);
  }

  async function compare(
    name: string,
    pair: { bare: BenchCase; parley: BenchCase },
    offered?: number,
  ): Promise<Comparison> {
    const results = { bare: [] as LoadResult[], parley: [] as LoadResult[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const side of ['bare', 'parley'] as const) {
        results[side].push(await measure(subjects[side], pair[side], cookies[side], offered));
      }
    }
    return { name, ...results };
  }
} finally {
  await Promise.all([subjects.bare.stop(), subjects.parley.stop()]);
}

async function measure(
  subject: Subject,
  benchCase: BenchCase,
  cookies: readonly string[],
  offered?: number,
): Promise<LoadResult> {
  const { operate, close } = await prepareCase(benchCase, { subject, cookies });
  // Compiled code and warm caches on both sides.
  await runLoad(subject, { operate, parallel, milliseconds: milliseconds / 4 });
  const result = await runLoad(subject, { operate, parallel, milliseconds, ...(offered && { offered }) });
  close();
  return result;
}
