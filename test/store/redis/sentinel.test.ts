import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '../../../src/store/contract.ts';
import { createRedisStore } from '../../../src/store/redis-store.ts';
import { askRedis } from '../../support/ask-redis.ts';
import { describeWith } from '../../support/availability.ts';
import { poll } from '../../support/poll.ts';
import { type RedisSentinels, startSentinels } from '../../support/redis-sentinel.ts';
import { spawnParley } from '../../support/spawn-parley.ts';

describeWith('redis-server', () => {
  let sentinels: RedisSentinels;
  const stores: Store[] = [];

  /** @param timeout milliseconds; where nothing is away, what is late is the machine */
  function open(timeout = 20_000): Store {
    const store = createRedisStore({ url: sentinels.url, timeout });
    stores.push(store);
    return store;
  }

  beforeAll(async () => {
    sentinels = await startSentinels();
  });
  afterAll(() => sentinels?.stop());
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  test('what the operator should set on the Sentinels is said, once for all, and which of them says nothing', async () => {
    const risks = async () => (await open().findRisks()).filter((risk) => risk.includes('Sentinel'));
    const downAfter = (milliseconds: string) =>
      Promise.all(
        sentinels.sentinels.map((sentinel) =>
          askRedis(sentinel, (redis) =>
            redis.call('SENTINEL', 'SET', 'main', 'down-after-milliseconds', milliseconds),
          ),
        ),
      );
    expect(await risks()).toEqual([]);
    await downAfter('1999');
    expect(await risks()).toEqual([
      expect.stringMatching(/after 1999 ms.*; set down-after-milliseconds 2000/),
    ]);
    await downAfter('2000');
    const [, , last] = sentinels.sentinels;
    await last?.kill();
    expect(await risks()).toEqual([
      `Sentinel 127.0.0.1:${last?.port} does not say how it is set up (connection lost)`,
    ]);
    await last?.restart();
  });

  test('a Sentinel that is away is a line of the log, and nothing is written beside it', async () => {
    const parley = await spawnParley({ store: sentinels.url });
    const [, , last] = sentinels.sentinels;
    try {
      await last?.kill();
      await poll('the log names it', 20_000, () =>
        parley.log().some(({ level, node }) => level === 'warn' && node === `127.0.0.1:${last?.port}`),
      );
      expect(parley.stderr()).toBe('');
    } finally {
      await parley.stop();
      await last?.restart();
    }
  });

  describe('the store on Sentinel, when the machine of the master and of a Sentinel stops', () => {
    test('comes back by itself, also where the failover is told while it asks who the master is', async () => {
      const save = (store: Store) => store.forBrand('acme').upsert('Session', 's', { uid: 'u' }, 60);
      const isSaving = async (store: Store) => (await save(store).catch(() => undefined)) === 'saved';
      const all = Array.from({ length: 5 }, () => open(1000));
      const untilSaving = (what: string, deadline: number) =>
        poll(what, deadline, async () => (await Promise.all(all.map(isSaving))).every(Boolean));
      await untilSaving('every store saves', 20_000);
      const master = await sentinels.master();
      // It is asked first, takes the connection and never answers: most of the time somebody waits for it.
      sentinels.sentinels[0]?.pause();
      try {
        await master.kill();
        // Where the whole machine stood still, Sentinels watch for half a minute before they replace anybody again.
        await untilSaving('every store saves again, with a replica', 60_000);
      } finally {
        sentinels.sentinels[0]?.resume();
      }
    }, 120_000);
  });
});
