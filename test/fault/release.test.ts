import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';

/** `npm run release` in a repository of its own: a version is a release or it is told why not, and only then tagged. */

let folder: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@acme.example', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const { version }: { version: string } = JSON.parse(read('package.json'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-release-'));
  for (const name of ['package.json', 'package-lock.json', 'CHANGELOG.md', 'scripts/release.ts']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  write('.gitignore', 'node_modules\n');
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'first');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function release(...args: string[]) {
  const script = join(folder, 'scripts/release.ts');
  const node = ['--disable-warning=ExperimentalWarning', script, '--skip-tests', ...args];
  const env = {
    PATH: process.env['PATH'],
    HOME: tmpdir(),
    GIT_AUTHOR_NAME: 'T',
    GIT_AUTHOR_EMAIL: 't@acme.example',
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, node, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@acme.example' },
  });
  return { status, stdout: stdout + stderr };
}

test('what is no release is told with each reason, and gets no tag', () => {
  write('CHANGELOG.md', read('CHANGELOG.md').replace(/^## \[\d.*$/m, `## [${version}] - unreleased`));
  write('forgotten.txt', '');
  const { status, stdout } = release();
  expect(status).toBe(1);
  expect(stdout).toMatch(/failed {2}the work tree is clean/);
  expect(stdout).toMatch(/failed {2}CHANGELOG\.md has the version.*: write its date/);
  expect(stdout).toMatch(/ok {6}every dependency is pinned/);
  expect(git('tag')).toBe('');
});

test('what is one is tagged, once, and not in a dry run', () => {
  write('CHANGELOG.md', read('CHANGELOG.md').replace(/^## \[\d.*$/m, `## [${version}] - 2026-11-27`));
  rmSync(join(folder, 'forgotten.txt'));
  git('add', '-A');
  git('commit', '-qm', 'the date', '--allow-empty');
  expect(release('--dry-run')).toEqual({ status: 0, stdout: expect.stringContaining('no tag was set') });
  expect(git('tag')).toBe('');
  expect(release()).toEqual({ status: 0, stdout: expect.stringContaining(`v${version} is set`) });
  expect(git('tag')).toBe(`v${version}\n`);
  expect(release()).toEqual({ status: 1, stdout: expect.stringContaining('is there: raise the version') });
});
