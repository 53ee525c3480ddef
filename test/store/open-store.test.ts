import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/store/open-store.ts';
import { findFreePort } from '../support/free-port.ts';

describe('the address of the store', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-open-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('embedded:<folder> opens a file there, with the clock that was passed in', async () => {
    const store = openStore(`embedded:${folder}/data`, { timeout: 1000, now: () => 5_000 });
    const brand = store.forBrand('acme');
    await brand.upsert('AuthorizationCode', 'a', {}, 60);
    await brand.consume('AuthorizationCode', 'a');
    expect(await brand.find('AuthorizationCode', 'a')).toEqual({ consumed: 5 });
    expect(existsSync(join(folder, 'data', 'parley.db'))).toBe(true);
    await store.close();
  });

  test.each([
    ['redis://', ''],
    ['rediss://', ''],
    ['redis-sentinel://', '/main'],
    ['rediss-sentinel://', '/main'],
    ['redis-cluster://', ''],
    ['rediss-cluster://', ''],
  ])('%s opens a store that waits for its server', async (scheme, path) => {
    const store = openStore(`${scheme}127.0.0.1:${await findFreePort()}${path}`, { timeout: 500 });
    await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    await store.close();
  });

  test.each(['', 'embedded:', 'memory:', 'postgres://secret@h', '/secret/data', 'redis://:secret@:x'])(
    '%p is refused with what to write instead, and is not repeated',
    (url) => {
      const open = () => openStore(url, { timeout: 1000 });
      expect(open).toThrow(/store address/);
      expect(open).not.toThrow(/secret/);
    },
  );
});
