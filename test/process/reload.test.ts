import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { poll } from '../support/poll.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { testBrand } from '../support/test-brand.ts';

/** A process that serves takes up what its files say now; the tests build on each other. */
let parley: ParleyProcess;
let text: string;

beforeAll(async () => {
  parley = await spawnParley({ brands: [testBrand()] });
  text = await readFile(file(), 'utf8');
});
afterAll(() => parley.stop());

const file = () => join(parley.folder, 'config/brands/acme.yaml');
const withScope = (scope: string) => text.replace('scopes:\n', `scopes:\n  ${scope}: [plan]\n`);
const scopes = async () => {
  const answer = await parley.fetch(`${parley.issuer}/.well-known/openid-configuration`);
  return ((await answer.json()) as { scopes_supported: string[] }).scopes_supported;
};
const reads = () => parley.log().filter(({ msg }) => msg === 'configuration read again');

test('a file that is replaced, without a signal', async () => {
  await writeFile(join(parley.folder, 'acme.tmp'), withScope('renamed'));
  await rename(join(parley.folder, 'acme.tmp'), file());
  await poll('the file that was renamed', 30_000, async () => (await scopes()).includes('renamed'));
  await poll('the log says so', 30_000, () => reads().length > 0);
  expect(reads()).toEqual([expect.objectContaining({ reason: 'a file has changed', changed: ['acme'] })]);
});

test('a file that is wrong: the problem with its place and its fix, and nothing changes', async () => {
  await writeFile(file(), `${withScope('wrong')}\nclinets: []\n`);
  const told = () => parley.log().filter(({ problem }) => /clinets: unknown key/.test(String(problem)));
  await poll('the problem', 30_000, () => told().length > 0);
  expect(await scopes()).toContain('renamed');
  expect(told()).toEqual([
    expect.objectContaining({
      level: 'error',
      problem: expect.stringMatching(/^brands\/acme\.yaml:\d+:1 .*\n {4}fix: did you mean clients\?$/),
    }),
  ]);
  expect(reads()).toHaveLength(1);
});

test('SIGHUP, at once; the process goes on and still ends on SIGTERM', async () => {
  const taken = reads().length;
  await writeFile(file(), withScope('hangup'));
  parley.signal('SIGHUP');
  await poll('the answer to the signal', 30_000, async () => (await scopes()).includes('hangup'));
  await poll('the log says so', 30_000, () => reads().some(({ reason }) => reason === 'SIGHUP'));
  // On a machine that is slow the file may be seen to have changed before, or again.
  expect(
    reads()
      .slice(taken)
      .flatMap(({ changed }) => changed),
  ).toEqual(['acme']);
  parley.signal('SIGTERM');
  expect(await parley.ended()).toEqual({ code: 0, signal: null });
});
