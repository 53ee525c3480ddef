import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSigningKeys } from '../src/keys/create-signing-keys.ts';
import { findCase, prepareCase, takeTurns } from './cases/all-cases.ts';
import type { Operate } from './cases/bench-case.ts';
import { signInAtBrands } from './cases/of-brands.ts';
import { signInAll } from './cases/sign-in.ts';
import { runLoad } from './measure/run-load.ts';
import { readProfile } from './profile/read-profile.ts';
import { startBare } from './subject/start-bare.ts';
import { startParley } from './subject/start-parley.ts';

/**
 * `npm run bench:profile -- --case "code + token"`: where one server's main thread spends its time under a case's load.
 * Options: `--subject parley|bare`, `--brands 1000` (each request for another one than the last), `--seconds 3`,
 * `--parallel 8`, `--top 25`.
 */
const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'code + token' },
    subject: { type: 'string', default: 'parley' },
    brands: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '3' },
    parallel: { type: 'string', default: '8' },
    top: { type: 'string', default: '25' },
  },
});
const parallel = Number(values.parallel);
const brands = Number(values.brands);

const folder = await mkdtemp(join(tmpdir(), 'parley-profile-'));
const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-interval=200` };
const start = values.subject === 'bare' ? startBare : startParley;
const subject = await start({ keys: await createSigningKeys(), brands, env });
let load: { from: number; to: number; operations: number; serverCpu: number };
try {
  const operate = brands > 1 ? await prepareOfBrands() : await prepareOfOne();
  await runLoad(subject, { operate, parallel, milliseconds: 1500 });
  const from = microseconds();
  const { operations, serverCpu } = await runLoad(subject, {
    operate,
    parallel,
    milliseconds: Number(values.seconds) * 1000,
  });
  load = { from, to: microseconds(), operations, serverCpu };
} finally {
  await subject.stop();
}
const [file = ''] = await readdir(folder);
const shares = readProfile(join(folder, file), load.from, load.to);
await rm(folder, { recursive: true });

const perOperation = (took: number) => (took / 1000 / load.operations).toFixed(4);
const print = (title: string, entries: Map<string, number>) => {
  const rows = [...entries].toSorted(([, a], [, b]) => b - a).slice(0, Number(values.top));
  const lines = rows.map(
    ([name, took]) =>
      `${perOperation(took)} ms ${((took / shares.busy) * 100).toFixed(1).padStart(5)} %  ${name}`,
  );
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
};
process.stdout.write(
  `${values.subject}, ${values.case}: ${load.operations} operations, main thread ${perOperation(shares.busy)} ms, process ${load.serverCpu.toFixed(4)} ms each\n`,
);
print('by owner', shares.owners);
print('by function, own time', shares.functions);
print('by function, with what it called', shares.inclusive);

async function prepareOfOne(): Promise<Operate> {
  const recent = takeTurns(await signInAll(subject, parallel));
  const browsers = { aged: takeTurns(await subject.fill(20_000)), recent };
  return (await prepareCase(findCase(values.case), { subject, browsers, parallel })).operate;
}

async function prepareOfBrands(): Promise<Operate> {
  const prepare = await signInAtBrands(subject, parallel);
  return prepare(values.case);
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
