import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { endWithUs } from '../support/end-with-us.ts';

const source = (name: string) => new URL(`../../src/workers/${name}`, import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-crew-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Beside what every worker does: says which round of questions it is, and writes it down once that is sent. */
const worker = `
import { writeFileSync } from 'node:fs';
process.send('parley:ready');
process.on('message', (order) => {
  if (order === 'parley:drain') process.exit();
  const { type, round } = order;
  if (type === 'parley:measure')
    process.send({ type: 'parley:measured', round, report: round }, () => writeFileSync('answered-' + round, ''));
});`;

/** What a supervising process of this content says before it ends. */
async function supervise(content: string): Promise<string> {
  const exec = join(folder, 'worker.mjs');
  writeFileSync(exec, worker);
  const file = join(folder, 'supervisor.mjs');
  writeFileSync(
    file,
    `import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { createCrew } from '${source('crew.ts')}';
import { createReports } from '${source('gather-reports.ts')}';
const standStill = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
cluster.setupPrimary({ exec: ${JSON.stringify(exec)} });
${content}`,
  );
  const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(child);
  return text(child.stdout);
}

/** Gone, and nothing of it has been heard: this process was busy. */
const killUnheard = `
function killUnheard({ process: { pid } }) {
  process.kill(pid, 'SIGKILL');
  standStill(500);
}`;

test.each([
  ['to read the configuration again', 'crew.reload();', ['lost SIGKILL', 'serving 1']],
  ['to end', 'await crew.dismiss(victim);', ['serving 1']],
])('the order %s to a worker that was killed a moment ago ends nobody else', async (_, order, said) => {
  const lines = await supervise(`
${killUnheard}
const crew = createCrew({ startLimit: 20_000, drainLimit: 20_000, onLoss: ({ signal }) => console.log('lost', signal) });
const victim = await crew.hire();
await crew.hire();
const ended = new Promise((resolve) => victim.once('exit', resolve));
killUnheard(victim);
${order}
await ended;
console.log('serving', crew.members().length);
await crew.close();
`);
  expect(lines.trim().split('\n')).toEqual(said);
});

test('what a worker said of itself counts, though this process stood still until its time was over', async () => {
  const said = await supervise(`
const patience = 200;
const reports = createReports({ patience, onEnd() {} });
const crew = createCrew({ startLimit: 20_000, drainLimit: 20_000, onLoss() {} });
await crew.hire();
const gathered = reports.gather();
while (!existsSync('answered-1')) standStill(20);
standStill(patience);
console.log(JSON.stringify(await gathered));
await crew.close();
`);
  expect(said).toBe('[1]\n');
});
