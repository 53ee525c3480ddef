import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { root } from '../support/documentation.ts';
import { endWithUs } from '../support/end-with-us.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { writeConfig } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/**
 * The last stage of the Dockerfile without a container engine: its files in a sandbox whose root is read-only, as a
 * user without rights, with nothing to write but the two volumes. What it runs and what it asks for its health are
 * read from the Dockerfile.
 */

const run = promisify(execFile);
const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
const final = dockerfile.split(/^(?=FROM )/m).at(-1) ?? '';
const command = (keyword: string): string[] =>
  JSON.parse(new RegExp(`^${keyword}.*?(\\[.*\\])$`, 'm').exec(final)?.[1] ?? '[]');

describeWith('bwrap', (bwrap) => {
  let folder: string;
  let port: number;
  let child: ChildProcess;
  let output = '';

  /** As the image lays it out, below /parley; what the sandbox sees of this machine is for reading only. */
  const sandbox = (...words: string[]): string[] => [
    '--unshare-user',
    '--unshare-pid',
    '--uid',
    '1000',
    '--gid',
    '1000',
    '--cap-drop',
    'ALL',
    '--die-with-parent',
    '--ro-bind',
    '/usr',
    '/usr',
    ...['/lib', '/lib64', '/bin', '/etc'].flatMap((path) => ['--ro-bind-try', path, path]),
    '--ro-bind',
    process.execPath,
    '/opt/node',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--ro-bind',
    join(folder, 'parley'),
    '/parley',
    '--ro-bind',
    join(root, 'node_modules'),
    '/parley/node_modules',
    ...['keys', 'data'].flatMap((name) => ['--bind', join(folder, name), `/parley/${name}`]),
    '--remount-ro',
    '/',
    '--clearenv',
    ...Object.entries(environment()).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir',
    '/parley',
    ...words.map((word) => (word === 'node' ? '/opt/node' : word)),
  ];

  function environment(): Record<string, string> {
    const [, line = ''] = /^ENV (.+)$/m.exec(final) ?? [];
    const own = Object.fromEntries(line.split(' ').map((pair) => pair.split('=') as [string, string]));
    return {
      ...own,
      PORT: String(port),
      PARLEY_COOKIE_KEYS_FILE: '/parley/config/cookie-keys',
    };
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-image-'));
    port = await findFreePort();
    const image = join(folder, 'parley');
    for (const name of ['keys', 'data']) {
      await mkdir(join(folder, name));
      await chmod(join(folder, name), 0o777);
    }
    await mkdir(image);
    await writeConfig(image, port, {});
    const copies = [...final.matchAll(/^COPY (?!--)(.+) \.\/?(\S*)$/gm)].map(([, from = '']) => from);
    expect(copies).toEqual(['package.json', 'browser', 'config']);
    await cp(join(root, 'package.json'), join(image, 'package.json'));
    await cp(join(root, 'browser'), join(image, 'browser'), { recursive: true });
    for (const name of ['node_modules', 'keys', 'data']) await mkdir(join(image, name));
    await run('npx', ['tsc', '-p', 'tsconfig.build.json', '--outDir', join(image, 'dist')], { cwd: root });
    await run('sh', ['-c', `printf '%s' "${'k'.repeat(40)}" > ${join(image, 'config', 'cookie-keys')}`]);
    child = spawn(bwrap, sandbox(...command('CMD')), { stdio: ['ignore', 'pipe', 'pipe'] });
    endWithUs(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    await poll('it is ready', 30_000, async () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    });
  }, 90_000);
  afterAll(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  describe('the image, on a read-only root without rights', () => {
    test('signs a consumer in', async () => {
      const web = webClient({ issuer: `http://localhost:${port}` });
      const landed = await signIn(new Visitor(), authorizationUrl(web), dana);
      expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
    });

    test('is well by the health check of the Dockerfile, and not where nothing listens', async () => {
      await run(bwrap, sandbox(...command('HEALTHCHECK')));
      const elsewhere = sandbox(...command('HEALTHCHECK')).map((word) =>
        word === String(port) ? '9' : word,
      );
      await expect(run(bwrap, elsewhere)).rejects.toThrow();
    });

    test('could write nothing but its volumes', async () => {
      const touch =
        'for p in /parley/x /parley/dist/x /etc/x /x; do touch $p && exit 1; done; touch /parley/data/x';
      await run(bwrap, sandbox('/bin/sh', '-c', touch));
    });
  });
});
