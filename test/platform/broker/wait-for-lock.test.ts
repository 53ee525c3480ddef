import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../../src/platform/broker/wait-for-lock.ts';
import type { BrandStore, Store } from '../../../src/store/contract.ts';
import { createEmbeddedStore } from '../../../src/store/embedded-store.ts';
import { poll } from '../../support/poll.ts';

describe('whoever waits for the work of another', () => {
  let folder: string;
  let store: Store;
  let brand: BrandStore;
  /** Tries of whoever waits. */
  let tries: number;
  let passed: number;
  let onTry: () => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-lock-'));
    store = createEmbeddedStore({ folder, now: Date.now });
    [tries, passed, onTry] = [0, 0, () => {}];
    const real = store.forBrand('acme');
    brand = {
      ...real,
      acquireLock(...lock) {
        tries += 1;
        onTry();
        return real.acquireLock(...lock);
      },
    };
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + passed);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
    await rm(folder, { recursive: true });
  });

  test('waits on when this process stood still for longer than anybody waits', async () => {
    const lock = await store.forBrand('acme').acquireLock('dana', 20);
    const waiting = withLock(brand, 'dana', () => Promise.resolve('done'));
    await poll('it waits', 20_000, () => tries > 0);
    passed += 11_000;
    const before = tries;
    await poll('it tries again', 20_000, () => tries > before + 1);
    await lock?.release();
    await expect(waiting).resolves.toBe('done');
  });

  test('is refused after ten seconds in which the other one could work', async () => {
    await store.forBrand('acme').acquireLock('dana', 20);
    onTry = () => {
      passed += 1000;
    };
    const work = jest.fn<() => Promise<void>>();
    await expect(withLock(brand, 'dana', work)).rejects.toMatchObject({ fault: 'unavailable' });
    expect(work).not.toHaveBeenCalled();
    expect(tries).toBeGreaterThan(9);
    expect(tries).toBeLessThan(13);
  });
});
