import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { endWithUs } from '../support/end-with-us.ts';

const crew = new URL('../../src/workers/crew.ts', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-crew-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a supervising process of this content says before it ends. */
async function supervise(content: string): Promise<string> {
  const worker = join(folder, 'worker.mjs');
  writeFileSync(
    worker,
    `process.send('parley:ready'); process.on('message', (order) => order === 'parley:drain' && process.exit());`,
  );
  const file = join(folder, 'supervisor.mjs');
  writeFileSync(
    file,
    `import cluster from 'node:cluster';
import { createCrew } from '${crew}';
cluster.setupPrimary({ exec: ${JSON.stringify(worker)} });
${content}`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(child);
  return text(child.stdout);
}

/** Gone, and nothing of it has been heard: this process was busy. */
const killUnheard = `
function killUnheard({ process: { pid } }) {
  process.kill(pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
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
