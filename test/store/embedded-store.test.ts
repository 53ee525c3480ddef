import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import { describeStoreContract } from '../contract/store-contract.ts';

let folder = '';
let time = 0;
const now = () => time;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  time = 1_700_000_000_000;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describeStoreContract('the embedded store', {
  createStore: async () => createEmbeddedStore({ folder, now }),
  async reopen(store) {
    await store.close();
    return createEmbeddedStore({ folder, now });
  },
  async expire(seconds) {
    time += seconds * 1000;
  },
});

describe('the embedded store', () => {
  test('keeps its file from other users of the machine, and its folder if it made it', async () => {
    const made = join(folder, 'made', 'here');
    const store = createEmbeddedStore({ folder: made });
    await store.forBrand('acme').upsert('Session', 'a', {}, 60);
    expect(statSync(made).mode & 0o777).toBe(0o700);
    for (const file of ['parley.db', 'parley.db-wal', 'parley.db-shm']) {
      expect(statSync(join(made, file)).mode & 0o777).toBe(0o600);
    }
    await store.close();
  });

  test('narrows a file that was readable to others', async () => {
    const file = join(folder, 'parley.db');
    writeFileSync(file, '', { mode: 0o644 });
    await createEmbeddedStore({ folder }).close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('leaves the mode of a folder that was there before: it may hold other things', async () => {
    const shared = join(folder, 'shared');
    mkdirSync(shared, { mode: 0o755 });
    await createEmbeddedStore({ folder: shared }).close();
    expect(statSync(shared).mode & 0o777).toBe(0o755);
  });

  test('refuses a file of another schema in one sentence and leaves it as it is', () => {
    const file = new DatabaseSync(join(folder, 'parley.db'));
    file.exec('PRAGMA user_version = 7');
    file.close();
    expect(() => createEmbeddedStore({ folder })).toThrow(/another version of Parley \(schema 7/);
  });

  test('keeps a dead consumer for 10 minutes: then a tombstone is gone', async () => {
    const store = createEmbeddedStore({ folder, now });
    const brand = store.forBrand('acme');
    await brand.destroy('Session', 's');
    time += 599_000;
    expect(await brand.upsert('Session', 's', {}, 60)).toBe('dropped');
    time += 1_000;
    expect(await brand.upsert('Session', 's', {}, 60)).toBe('saved');
    await store.close();
  });

  test('tells the time of consumption in seconds', async () => {
    const store = createEmbeddedStore({ folder, now });
    const brand = store.forBrand('acme');
    await brand.upsert('AuthorizationCode', 'a', {}, 60);
    await brand.consume('AuthorizationCode', 'a');
    expect(await brand.find('AuthorizationCode', 'a')).toEqual({ consumed: 1_700_000_000 });
    await store.close();
  });

  test('says that it is unavailable while another process holds the file for too long', async () => {
    const store = createEmbeddedStore({ folder, busyTimeout: 50 });
    const other = new DatabaseSync(join(folder, 'parley.db'));
    other.exec('BEGIN IMMEDIATE');
    const save = store.forBrand('acme').upsert('Session', 'a', { secret: 'hidden' }, 60);
    await expect(save).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    await expect(save).rejects.not.toThrow(/hidden/);
    other.exec('ROLLBACK');
    expect(await store.forBrand('acme').upsert('Session', 'a', {}, 60)).toBe('saved');
    other.close();
    await store.close();
  });
});

describe('several processes on one embedded store', () => {
  const children: ChildProcess[] = [];

  function start(script: string, ...args: string[]): ChildProcess {
    const file = new URL(`../support/${script}`, import.meta.url);
    const options = {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { PATH: process.env['PATH'] },
    };
    const child = fork(file, [folder, ...args], options);
    children.push(child);
    return child;
  }

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
  });

  test('that race for the same codes win each code exactly once, from a file that none had opened', async () => {
    const codes = 200;
    const racers = Array.from({ length: 4 }, () => start('consume-codes.ts', String(codes)));
    await Promise.all(racers.map((racer) => once(racer, 'message')));
    expect(existsSync(join(folder, 'parley.db'))).toBe(true);

    const store = createEmbeddedStore({ folder });
    const brand = store.forBrand('acme');
    for (let n = 0; n < codes; n += 1) await brand.upsert('AuthorizationCode', `code-${n}`, {}, 600);

    const results = racers.map((racer) => once(racer, 'message'));
    for (const racer of racers) racer.send('go');
    const wins = (await Promise.all(results)).map(([won]) => Number(won));
    expect(wins.reduce((sum, won) => sum + won, 0)).toBe(codes);
    expect(await brand.increment('raced', 600)).toBe(racers.length * codes + 1);
    await store.close();
  });

  test('lose nothing that was acknowledged when one of them is killed', async () => {
    const writer = start('write-records.ts');
    let acknowledged = -1;
    writer.on('message', (n) => {
      acknowledged = Number(n);
      if (acknowledged === 50) writer.kill('SIGKILL');
    });
    await once(writer, 'exit');
    expect(acknowledged).toBeGreaterThanOrEqual(50);
    const store = createEmbeddedStore({ folder });
    const brand = store.forBrand('acme');
    for (let n = 0; n <= acknowledged; n += 1) {
      expect(await brand.find('AuthorizationCode', `code-${n}`)).toEqual({ n });
    }
    expect(await brand.upsert('AuthorizationCode', 'after', {}, 60)).toBe('saved');
    await store.close();
  });
});
