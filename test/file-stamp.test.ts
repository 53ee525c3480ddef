import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fileStamp, fileStampNow } from '../src/file-stamp.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-stamp-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a file has the same stamp until it is another one, however that came about', async () => {
  const [file, other, link] = ['file', 'other', 'link'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const time = new Date('2026-01-02T03:04:05Z');
  await writeFile(file, 'one');
  await utimes(file, time, time);
  await symlink(file, link);
  const first = await fileStamp(file);
  expect(first).toBeDefined();
  expect([await fileStamp(file), await fileStamp(link), fileStampNow(link)]).toEqual([first, first, first]);

  await writeFile(other, 'two');
  await utimes(other, time, time);
  await rename(other, file);
  // As long, and of the same time.
  expect(await fileStamp(link)).not.toBe(first);
  expect(fileStampNow(link)).not.toBe(first);
});

test('there is none where no file can be looked at', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  for (const path of [
    join(folder, 'nothing'),
    join(file, 'below'),
    join(folder, 'x'.repeat(300)),
    `${file}\0`,
  ]) {
    expect(await fileStamp(path)).toBeUndefined();
    expect(fileStampNow(path)).toBeUndefined();
  }
});
