import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/store/embedded/open-database.ts';
import { transaction } from '../../../src/store/embedded/transaction.ts';
import { createWriteGroup, type WriteGroup } from '../../../src/store/embedded/write-group.ts';

let folder: string;
let database: DatabaseSync;
let group: WriteGroup;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-group-'));
  database = openDatabase({ folder, busyTimeout: 100 });
  group = createWriteGroup(database);
});
afterEach(() => {
  if (database.isOpen) database.close();
  rmSync(folder, { recursive: true });
});

const insert = (name: string) => () =>
  database.prepare("INSERT INTO counters VALUES ('acme', ?, 1, 9e15)").run(name).changes;

/** As another process sees the file. */
function countOutside(): number {
  const other = new DatabaseSync(join(folder, 'parley.db'));
  const row = other.prepare('SELECT count(*) AS count FROM counters').get();
  other.close();
  return Number(row?.['count']);
}

describe('what is written in one turn of the event loop', () => {
  test('is seen inside at once, and told to nobody before it is in the file', async () => {
    let isTold = false;
    const writes = Promise.all([group.write(insert('a')), group.write(insert('b'))]).then((changes) => {
      isTold = true;
      return changes;
    });
    await Promise.resolve();
    expect(Number(database.prepare('SELECT count(*) AS count FROM counters').get()?.['count'])).toBe(2);
    expect([isTold, countOutside()]).toEqual([false, 0]);
    expect((await writes).map(Number)).toEqual([1, 1]);
    expect(countOutside()).toBe(2);
  });

  test('keeps nobody from opening the file meanwhile', async () => {
    const written = group.write(insert('a'));
    expect(database.isTransaction).toBe(true);
    openDatabase({ folder, busyTimeout: 100 }).close();
    await written;
  });

  test('fails one by one: what is wrong with one write is nothing to the others', async () => {
    const half = () =>
      transaction(database, () => {
        insert('half')();
        throw new Error('in the middle');
      });
    const outcomes = await Promise.allSettled([
      group.write(insert('a')),
      group.write(insert('a')),
      group.write(half),
      group.write(insert('b')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(countOutside()).toBe(2);
  });

  test.each(['as the last write', 'before another one'])(
    'is refused as far as the store has undone it: the disk is full, %s',
    async (when) => {
      const row = database.prepare('PRAGMA page_count').get();
      database.exec(`PRAGMA max_page_count = ${Number(row?.['page_count']) + 1}`);
      const later = when === 'before another one' ? ['later'] : [];
      const outcomes = await Promise.allSettled([
        group.write(insert('undone')),
        group.write(insert('too long'.repeat(10_000))),
        ...later.map((name) => group.write(insert(name))),
      ]);
      const unavailable = { status: 'rejected', reason: { code: 'store_unavailable' } };
      expect(outcomes).toMatchObject([
        unavailable,
        unavailable,
        ...later.map(() => ({ status: 'fulfilled' })),
      ]);
      expect(countOutside()).toBe(later.length);
    },
  );

  test('is refused as a whole when the file is gone before it was written', async () => {
    const writes = [group.write(insert('a')), group.write(insert('b'))];
    await Promise.resolve();
    database.close();
    for (const outcome of await Promise.allSettled(writes))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
  });
});
