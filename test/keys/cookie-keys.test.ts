import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCookieKeys } from '../../src/keys/cookie-keys.ts';
import { loadPairwiseSalt } from '../../src/keys/pairwise-salt.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

const kinds = [
  ['cookie keys', 'cookie-keys.json', (create: boolean) => loadCookieKeys({ folder, create })],
  [
    'a pairwise salt',
    'acme/pairwise.json',
    (create: boolean) => loadPairwiseSalt({ folder, brand: 'acme', create }),
  ],
] as const;

describe.each(kinds)('%s', (_title, name, load) => {
  test('are made once, of 256 random bits, for this account of the machine only', async () => {
    const made = await load(true);
    expect([made].flat()).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{43}$/)]);
    expect(await load(false)).toEqual(made);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  test('are the same for all that ask first at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => load(true)));
    expect(new Set(made.map(String)).size).toBe(1);
  });

  test('are not made where they may not be, and the command is told', async () => {
    await expect(load(false)).rejects.toMatchObject({
      reason: 'missing',
      message: expect.stringContaining('npx parley keys'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('are refused when others can read them', async () => {
    await load(true);
    await chmod(join(folder, name), 0o644);
    await expect(load(true)).rejects.toMatchObject({ reason: 'exposed' });
  });

  test.each(['', '[]', '{"keys":["short"],"salt":"short"}', '{"keys":[]}'])(
    'are refused as %j',
    async (text) => {
      await load(true);
      await writeFile(join(folder, name), text);
      await expect(load(true)).rejects.toMatchObject({ reason: 'broken' });
    },
  );
});
