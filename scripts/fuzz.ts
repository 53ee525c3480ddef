import { type FuzzReport, runFuzz } from '../test/support/fuzz/run-fuzz.ts';
import { startTarget } from '../test/support/fuzz/start-target.ts';

/**
 * Sends ten minutes of requests of every kind to a real server and says what came back (docs/security.md, case 55).
 * FUZZ_MINUTES changes the time, FUZZ_SEED repeats a run that found something.
 */
const minutes = Number(process.env['FUZZ_MINUTES'] ?? 10);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const describe = ({ requests, answers, memory, slowest }: FuzzReport): string =>
  `${requests} requests, ${JSON.stringify(answers)}, slowest ${Math.round(slowest)} ms, memory ${memory.early} → ${memory.end} MB`;
const say = (line: string) => process.stdout.write(`${line}\n`);

say(`seed ${seed} (repeat with FUZZ_SEED=${seed}), ${minutes} minutes`);
const target = await startTarget();
try {
  const report = await runFuzz({
    issuer: target.parley.issuer,
    pid: target.parley.pid(),
    seed,
    milliseconds: minutes * 60_000,
    onProgress: (sofar) => say(describe(sofar)),
  });
  say(`${report.paths} paths; ${describe(report)}; ${report.faults.length} faults`);
  for (const fault of report.faults.slice(0, 5)) say(fault);
  const failures = target.parley.log().filter(({ level }) => level === 'fatal' || level === 'error');
  for (const line of failures.slice(0, 5)) say(JSON.stringify(line));
  if (report.faults.length > 0 || failures.length > 0) process.exitCode = 1;
} finally {
  await target.stop();
}
