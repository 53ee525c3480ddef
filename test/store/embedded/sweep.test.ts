import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrandStore, Store } from '../../../src/store/contract.ts';
import { openDatabase } from '../../../src/store/embedded/open-database.ts';
import { expiringTables } from '../../../src/store/embedded/schema.ts';
import { sweep } from '../../../src/store/embedded/sweep.ts';
import { createEmbeddedStore } from '../../../src/store/embedded-store.ts';

describe('the sweep of the embedded store', () => {
  let folder: string;
  let time = 1_700_000_000_000;
  let store: Store;
  let brand: BrandStore;
  let database: DatabaseSync;
  const now = () => time;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-sweep-'));
    store = createEmbeddedStore({ folder, now });
    brand = store.forBrand('acme');
    database = openDatabase({ folder, busyTimeout: 1000 });
  });
  afterEach(async () => {
    database.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const count = (table: string) =>
    Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']);

  const pages = () => Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
  const flood = async () => {
    for (let n = 0; n < 300; n += 1) {
      await brand.upsert('Interaction', `i-${time}-${n}`, { x: 'y'.repeat(500) }, 60);
    }
    time += 61_000;
    sweep({ database, now });
  };

  test('leaves no row of anything that expires, and everything that does not', async () => {
    await brand.upsert('AccessToken', 'a', { grantId: 'g', uid: 'u' }, 60);
    await brand.upsert('AccessToken', 'eternal', { grantId: 'g' });
    await brand.upsert('AccessToken', 'living', {}, 6000);
    await brand.destroy('Session', 's');
    await brand.revokeGrant('another');
    await brand.addMember('set', 'm', 60);
    await brand.increment('counter', 60);
    await brand.takeAttempt('guess', { free: 5, forgetOneAfter: 60, firstWait: 1, longestWait: 60 });
    await brand.acquireLock('lock', 60);
    await brand.setNotBefore('dana', 1, 60);
    await brand.putLink('livechat', 'dana', {});
    expect(expiringTables.map(count)).toEqual([5, 1, 1, 1, 1, 1]);
    time += 601_000;
    expect(sweep({ database, now })).toBe(false);
    expect(expiringTables.map(count)).toEqual([2, 0, 0, 0, 0, 0]);
    expect(count('links')).toBe(1);
  });

  test('works in small batches and says when there is more', async () => {
    for (let n = 0; n < 25; n += 1) await brand.upsert('Interaction', `i-${n}`, {}, 60);
    time += 61_000;
    expect(sweep({ database, now }, 10)).toBe(true);
    expect(count('records')).toBe(15);
    expect(sweep({ database, now }, 10)).toBe(true);
    expect(sweep({ database, now }, 10)).toBe(false);
    expect(count('records')).toBe(0);
  });

  test('keeps nobody waiting for long: 20,000 expired records go in steps of some milliseconds', async () => {
    database.exec('BEGIN');
    const insert = database.prepare(
      "INSERT INTO records (brand, model, id, payload, expires_at) VALUES ('acme', 'Interaction', ?, ?, ?)",
    );
    for (let n = 0; n < 20_000; n += 1) insert.run(`i-${n}`, JSON.stringify({ x: 'y'.repeat(1500) }), time);
    database.exec('COMMIT');
    time += 1000;
    /** Milliseconds of the processor: a slow disk and a machine that stands still are not the sweep's doing. */
    const steps: number[] = [];
    for (let more = true; more; ) {
      const began = process.cpuUsage();
      more = sweep({ database, now });
      const { user, system } = process.cpuUsage(began);
      steps.push((user + system) / 1000);
    }
    expect(count('records')).toBe(0);
    expect(steps.length).toBeGreaterThan(30);
    expect(steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)]).toBeLessThan(100);
    expect(Math.max(...steps)).toBeLessThan(1500);
  });

  test('reuses the space: a flood that repeats does not make the file grow', async () => {
    await flood();
    await flood();
    const before = pages();
    for (let round = 0; round < 4; round += 1) await flood();
    expect(pages()).toBeLessThanOrEqual(before + 4);
  });
});
