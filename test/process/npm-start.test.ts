import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';

/** Whoever starts a server with npm knows npm's process id and no other. */
describe('npm start', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-npm-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('SIGTERM to npm reaches the server: when npm has ended, the server has stopped in order', async () => {
    const port = await findFreePort();
    const npm = spawn('npm', ['start'], {
      cwd: root,
      // A group of its own, so that nothing is left behind when this fails.
      detached: true,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        PARLEY_KEYS: join(folder, 'keys'),
        PARLEY_STORE: `embedded:${join(folder, 'data')}`,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    npm.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const isUp = () =>
      fetch(`http://localhost:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    try {
      await poll('npm start serves', 60_000, isUp);
      const ended = once(npm, 'exit');
      npm.kill('SIGTERM');
      await ended;
      expect(await isUp()).toBe(false);
      await poll('the server said that it stops', 30_000, () => output.includes('"msg":"stopping"'));
    } finally {
      try {
        process.kill(-(npm.pid ?? 0), 'SIGKILL');
      } catch {
        // Nobody of the group is left.
      }
    }
  }, 120_000);
});
