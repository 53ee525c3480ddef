import { parseArgs } from 'node:util';
import { createSigningKeys } from '../src/keys/create-signing-keys.ts';
import { findFreePort } from '../test/support/free-port.ts';
import { findCase, prepareCase, takeTurns } from './cases/all-cases.ts';
import type { BenchCase } from './cases/bench-case.ts';
import { signInAll } from './cases/sign-in.ts';
import { runLoad } from './measure/run-load.ts';
import { add } from './profile/frames.ts';
import { sampleAllocations } from './profile/sample-allocations.ts';
import { markdownTable } from './report.ts';
import { startBare } from './subject/start-bare.ts';
import { startParley } from './subject/start-parley.ts';

/**
 * `npm run bench:allocations -- --cases "userinfo,id_token RS256"`: what one operation allocates, at bare oidc-provider and
 * at Parley, by whose code it is. Unlike processor time it does not depend on what else the machine does.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: 'userinfo,id_token RS256' },
    seconds: { type: 'string', default: '3' },
    parallel: { type: 'string', default: '8' },
  },
});
const parallel = Number(values.parallel);
const milliseconds = Number(values.seconds) * 1000;
const keys = await createSigningKeys();

/** By the part of the server that answers for it. */
const parts: readonly [string, RegExp][] = [
  ['the library', /^oidc-provider$/],
  ['signatures (jose)', /^jose$/],
  ['the store and its client', /^(?:src\/store|bench\/bare|ioredis|@ioredis|denque)/],
  ["the issuer's rules, claims, accounts", /^src\/(?:issuer|claims|directory|limits|keys)/],
  ['logs and the audit log', /^(?:src\/audit|pino|sonic-boom|ipaddr)/],
  ['what stands before the issuer', /^src\//],
  ['Koa and Node', /./],
];

const columns: [string, Map<string, number>][] = [];
for (const name of values.cases.split(',')) {
  for (const start of [startBare, startParley]) columns.push(await measure(findCase(name), start));
}
const total = (allocated: Map<string, number>) => [...allocated.values()].reduce((sum, one) => sum + one, 0);
const cells = (pick: (allocated: Map<string, number>) => number) =>
  columns.map(([, allocated]) => pick(allocated).toFixed(0));
process.stdout.write(
  `${markdownTable([
    ['kB for one operation', ...columns.map(([title]) => title)],
    ...parts.map(([part]) => [part, ...cells((allocated) => allocated.get(part) ?? 0)]),
    ['all', ...cells(total)],
  ])}\n`,
);

async function measure(
  benchCase: BenchCase,
  start: typeof startBare | typeof startParley,
): Promise<[string, Map<string, number>]> {
  const port = await findFreePort();
  const subject = await start({ keys, env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` } });
  try {
    const recent = takeTurns(await signInAll(subject, parallel));
    const browsers = { aged: takeTurns(await subject.fill(20_000)), recent };
    const { operate, close } = await prepareCase(benchCase, { subject, browsers, parallel });
    await runLoad(subject, { operate, parallel, milliseconds });
    let operations = 0;
    const owners = await sampleAllocations(port, async () => {
      ({ operations } = await runLoad(subject, { operate, parallel, milliseconds }));
    });
    close();
    const allocated = new Map<string, number>();
    for (const [owner, bytes] of owners) add(allocated, partOf(owner), bytes / 1000 / operations);
    return [`${benchCase.name}, ${subject.name}`, allocated];
  } finally {
    await subject.stop();
  }
}

function partOf(owner: string): string {
  return parts.find(([, owners]) => owners.test(owner))?.[0] ?? '';
}
