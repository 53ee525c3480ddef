import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { limitParallel } from '../../src/directory/limit-parallel.ts';
import { createPasswordCheck } from '../../src/directory/password-check.ts';
import type { StoredHash } from '../../src/directory/passwords/password-format.ts';
import { readHash } from '../../src/directory/passwords/read-hash.ts';

const vectors: { made_by: string; password: string; hash: string }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'passwords/vectors.json'), 'utf8'),
);
const limit = limitParallel({ running: 2, waiting: 100 });

/** Counts the work that is done under a cost. */
function counting(cost: string, work: string[]): StoredHash {
  return {
    cost,
    verify: async (password) => {
      work.push(cost);
      return password === 'right';
    },
  };
}

describe('a password check', () => {
  const short = vectors.filter(({ password }) => password === 'correct horse');
  test.each(short.map(({ made_by, ...vector }) => [made_by, vector] as const))(
    'takes %s, and not with a NUL before, behind or between',
    async (_, { hash, password }) => {
      const check = createPasswordCheck({ limit });
      const stored = readHash(hash);
      expect(await check.matches(stored, password)).toBe(true);
      for (const other of [`${password}\0`, `\0${password}`, `${password}\0${password}`]) {
        expect(await check.matches(stored, other)).toBe(false);
      }
    },
  );

  test('44 does for an unknown login the work that most accounts take, and refuses', async () => {
    const work: string[] = [];
    const [cheap, dear] = [counting('cheap', work), counting('dear', work)];
    const check = createPasswordCheck({ limit, known: [cheap, dear, dear] });
    expect(await check.matches(undefined, 'right')).toBe(false);
    expect(work).toEqual(['dear']);
  });

  test('44 learns that work from the accounts that it meets', async () => {
    const work: string[] = [];
    const check = createPasswordCheck({ limit });
    await check.matches(counting('met', work), 'wrong');
    expect(await check.matches(undefined, 'right')).toBe(false);
    expect(work).toEqual(['met', 'met']);
  });

  test('does the work for an empty password and for one with a NUL too, and none for one of 1,025 bytes', async () => {
    const work: string[] = [];
    const check = createPasswordCheck({ limit });
    const stored = counting('same', work);
    expect(await check.matches(stored, '')).toBe(false);
    expect(await check.matches(stored, 'a\0b')).toBe(false);
    expect(work).toHaveLength(2);
    expect(await check.matches(stored, 'x'.repeat(1025))).toBe(false);
    expect(work).toHaveLength(2);
  });

  test('says without the hash that one cannot be computed', async () => {
    const check = createPasswordCheck({ limit });
    const stored = {
      cost: 'scrypt:14:8:1',
      verify: () => Promise.reject(new Error('memory limit exceeded')),
    };
    await expect(check.matches(stored, 'right')).rejects.toMatchObject({
      code: 'directory_unavailable',
      message: 'a hash cannot be computed (scrypt:14:8:1)',
    });
  });
});
