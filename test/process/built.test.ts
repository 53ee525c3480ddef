import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What the container image runs: the JavaScript that `npm run build` makes, without the sources beside it. */
describe('the built server', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-built-'));
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src', 'config', 'browser']) {
      await cp(join(root, name), join(folder, name), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await run('npm', ['run', 'build'], { cwd: folder, env: { PATH: process.env['PATH'] } });
    await rm(join(folder, 'src'), { recursive: true });
  }, 90_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('has a command line that finds the configuration right', async () => {
    const { stdout } = await run(process.execPath, ['dist/cli/main.js', 'config', 'check'], {
      cwd: folder,
      env: {},
    });
    expect(stdout).toMatch(/^ok: 1 brand,/);
  });

  test('serves the demo with its scripts and styles', async () => {
    const port = await findFreePort();
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: folder,
      env: { PORT: String(port) },
      stdio: 'ignore',
    });
    try {
      const status = async (path: string) => (await fetch(`http://localhost:${port}${path}`)).status;
      await poll('the built server is ready', 30_000, () =>
        status('/readyz').then(
          (code) => code === 200,
          () => false,
        ),
      );
      expect(await status('/demo')).toBe(200);
      expect(await status('/demo/assets/demo.js')).toBe(200);
      expect(await status('/demo/assets/demo.css')).toBe(200);
      expect(await status('/parley.js')).toBe(200);
    } finally {
      await end(child);
    }
  });
});

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill('SIGKILL');
    return undefined;
  });
}
