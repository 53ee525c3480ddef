import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { endWithUs } from '../support/end-with-us.ts';

const project = join(import.meta.dirname, '../..');

/** The second process begins to listen when the first has run a file already. */
const lateSecond = `
if (process.env.JEST_WORKER_ID === '2') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
`;

const passing = `test('passes', () => expect(1).toBe(1));`;

const wrong = {
  'ends its process': `test('ends', () => process.exit(0));`,
  'is killed': `test('is killed', () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}); });`,
  'throws where nobody catches': `test('throws', () => new Promise(() => { setImmediate(() => { throw new Error(); }); }));`,
  'leaves a rejection to nobody': `test('rejects', () => void Promise.reject(new Error('alone')));`,
  'cannot be loaded': `throw new Error('at load');`,
  'has a test that fails': `test('fails', () => expect(1).toBe(2));`,
};

interface Report {
  testResults: { name: string; status: string }[];
}

interface Run {
  /** How jest says each file ended. */
  ended: Record<string, string>;
  stderr: string;
}

/**
 * Runs test files of this content with the project's runner in two processes.
 * @param testTimeout milliseconds
 */
async function runJest(files: Record<string, string>, testTimeout = 30_000): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-runner-'));
  try {
    const late = join(folder, 'late.cjs');
    writeFileSync(late, lateSecond);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, `${name}.test.js`), content);
    const config = JSON.stringify({
      rootDir: folder,
      runner: join(project, 'test/runner/process-runner.ts'),
      testMatch: ['**/*.test.js'],
      transform: {},
      testTimeout,
    });
    const { JEST_WORKER_ID: _, ...env } = process.env;
    const child = spawn(
      process.execPath,
      [join(project, 'node_modules/jest/bin/jest.js'), '--config', config, '--maxWorkers=2', '--json'],
      {
        cwd: project,
        env: { ...env, NODE_OPTIONS: `--require ${late}` },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    endWithUs(child);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const { testResults } = JSON.parse(stdout) as Report;
    const statuses = testResults.map(({ name, status }) => [basename(name, '.test.js'), status]);
    return { ended: Object.fromEntries(statuses), stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('test files run in processes, one of which starts late', () => {
  const open = `import { createServer } from 'node:http'; test('listens', () => void createServer().listen(0));`;
  const littering = `
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
test('makes a folder', () => void mkdtempSync(join(tmpdir(), 'litter-')));`;
  /** The longest files are run first: one in each process, where they wait for each other. */
  const meeting = `
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
const place = (number) => new URL('process-' + number, import.meta.url);
const isThere = (number) => existsSync(place(number));
test('is run beside the other one, under a number of its own', async () => {
  writeFileSync(place(process.env.TEST_PROCESS), '');
  for (let n = 0; n < 1000 && !(isThere(1) && isThere(2)); n += 1) await setTimeout(20);
  expect([isThere(1), isThere(2)]).toEqual([true, true]);
});`;
  let ended: Run['ended'];

  beforeAll(async () => {
    const two = { meeting, 'meeting too': meeting };
    ({ ended } = await runJest({ a: passing, b: passing, c: passing, open, littering, ...two, ...wrong }));
  });

  test('all that pass are run to their end', () => {
    expect(ended).toMatchObject({ a: 'passed', b: 'passed', c: 'passed' });
  });

  test('each process has a number of its own', () => {
    expect(ended).toMatchObject({ meeting: 'passed', 'meeting too': 'passed' });
  });

  test('one that leaves a temporary folder leaves nothing', () => {
    expect(ended['littering']).toBe('passed');
    expect(readdirSync(tmpdir()).filter((name) => /^litter-|^parley-tests-/.test(name))).toEqual([]);
  });

  test('one that leaves something open holds nobody up', () => {
    expect(ended['open']).toBe('passed');
  });

  test.each(Object.keys(wrong))('one that %s has failed', (name) => {
    expect(ended[name]).toBe('failed');
  });
});

test('a file that waits for ever while it is loaded fails by its name, and the run ends', async () => {
  const { ended, stderr } = await runJest({ waiting: 'await new Promise(() => {});' }, 100);
  expect(ended).toEqual({ waiting: 'failed' });
  expect(stderr).toContain('waiting.test.js: not finished within 400 ms');
});
