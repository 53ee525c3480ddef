import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Command } from 'ioredis';
import type { Store } from '../../../src/store/contract.ts';
import { createBrandKeys, defaultPrefix, layouts } from '../../../src/store/redis/keys.ts';
import { createRedisStore } from '../../../src/store/redis-store.ts';
import { askRedis } from '../../support/ask-redis.ts';
import { describeWith } from '../../support/availability.ts';
import { poll } from '../../support/poll.ts';
import { quickest } from '../../support/quickest.ts';
import { type RedisCluster, startCluster } from '../../support/redis-cluster.ts';
import type { RedisServer } from '../../support/redis-server.ts';
import { standStill } from '../../support/stand-still.ts';

/** Milliseconds, where a node is away without a word. */
const timeout = 2000;
/** Everywhere else: what is late is the machine. */
const patient = 20_000;

const unavailable = { name: 'ParleyError', code: 'store_unavailable', status: 503 };

const slotOf = (key: string) => new Command('get', [key]).getSlot();
const keyOf = (id: string) => `parley:2:acme:C${id}`;

describeWith('redis-server', () => {
  let cluster: RedisCluster;
  let newcomer: RedisServer;
  const stores: Store[] = [];

  function open(wait: 'auto' | 'off', patience = patient): Store {
    const store = createRedisStore({ url: cluster.url, timeout: patience, wait });
    stores.push(store);
    return store;
  }

  beforeAll(async () => {
    cluster = await startCluster({ nodeTimeout: patient });
    newcomer = await cluster.addMaster();
  });
  afterAll(() => cluster.stop());
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  describe('the store on a Cluster whose slots move to a master that owned none', () => {
    /** The newcomer has no replica. */
    const brandOf = (patience = patient) => open('off', patience).forBrand('acme');

    test('gives up on the newcomer, asked about what has gone ahead, where it takes connections and says nothing', async () => {
      const brand = brandOf(timeout);
      const slot = slotOf(keyOf('asked'));
      const owner = await cluster.ownerOf(slot);
      await cluster.beginMove(slot, owner, newcomer);
      newcomer.pause();
      try {
        await expect(brand.find('AuthorizationCode', 'asked')).rejects.toMatchObject(unavailable);
      } finally {
        newcomer.resume();
      }
      await cluster.endMove(slot, owner);
    });

    test('finds and consumes, once, what has gone ahead of its slot', async () => {
      const brand = brandOf();
      await brand.upsert('AuthorizationCode', 'ahead', { n: 1 }, 60);
      const slot = slotOf(keyOf('ahead'));
      const owner = await cluster.ownerOf(slot);
      await cluster.beginMove(slot, owner, newcomer);
      await cluster.moveKeys(slot, owner, newcomer);

      expect(await brand.find('AuthorizationCode', 'ahead')).toEqual({ n: 1 });
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => brand.consume('AuthorizationCode', 'ahead')),
      );
      expect(outcomes.filter((outcome) => outcome === 'consumed')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'lost')).toHaveLength(19);

      await cluster.endMove(slot, newcomer);
      expect(await brand.consume('AuthorizationCode', 'ahead')).toBe('lost');
    });

    test('follows a slot that has moved since it looked', async () => {
      const brand = brandOf();
      await brand.upsert('AuthorizationCode', 'moved', { n: 2 }, 60);
      const slot = slotOf(keyOf('moved'));
      await cluster.moveSlot(slot, await cluster.ownerOf(slot), newcomer);
      expect(await brand.consume('AuthorizationCode', 'moved')).toBe('consumed');
      expect(await brand.find('AuthorizationCode', 'moved')).toMatchObject({ n: 2 });
      expect(await askRedis(newcomer, (redis) => redis.exists(keyOf('moved')))).toBe(1);
    });
  });

  describe('the store on a Cluster whose replicas are away', () => {
    const away = () => cluster.servers.slice(3, 6);
    const unconfirmed = { name: 'ParleyError', code: 'store_unconfirmed', status: 503 };

    test('refuses what must not be lost, says so apart, and has written it', async () => {
      const brand = open('auto').forBrand('acme');
      const codes = ['spent', 'spent-2', 'spent-3'];
      for (const code of codes) await brand.upsert('AuthorizationCode', code, { n: 3 }, 60);
      const notWaiting = open('off').forBrand('acme');
      await notWaiting.find('AuthorizationCode', 'spent');
      for (const replica of away()) replica.pause();
      const untried = codes.values();
      try {
        const took = await quickest(2000, () =>
          expect(brand.consume('AuthorizationCode', untried.next().value ?? '')).rejects.toMatchObject(
            unconfirmed,
          ),
        );
        expect(took).toBeLessThan(2000);
        await expect(brand.upsert('Session', 's', {}, 60)).rejects.toMatchObject(unconfirmed);
        await expect(brand.putLink('livechat', 'dana', {})).rejects.toMatchObject(unconfirmed);
        await expect(brand.destroy('Session', 's')).rejects.toMatchObject(unconfirmed);
        expect(await brand.find('AuthorizationCode', 'spent')).toMatchObject({
          consumed: expect.any(Number),
        });
        expect(await brand.upsert('AuthorizationCode', 'new', {}, 60)).toBe('saved');
        expect(await notWaiting.consume('AuthorizationCode', 'new')).toBe('consumed');
      } finally {
        for (const replica of away()) replica.resume();
      }
      // While nodes come back, a command may still be refused.
      await poll('the spent code is known as such', 25_000, async () => {
        const outcome = await brand.consume('AuthorizationCode', 'spent').catch(() => undefined);
        expect(outcome).not.toBe('consumed');
        return outcome === 'lost';
      });
      await poll('writes are confirmed again', 25_000, async () => {
        return (await brand.upsert('Session', 'later', {}, 60).catch(() => undefined)) === 'saved';
      });
    });
  });

  test('a session that ends while its save hangs at another node is not brought back, waiting for replicas or not', async () => {
    const brand = open('off').forBrand('acme');
    const keys = createBrandKeys(defaultPrefix, 'acme', layouts[2]);
    const ownerOf = (key: string) => cluster.ownerOf(slotOf(key));
    const uid = 'ended-meanwhile';
    const marksNode = await ownerOf(keys.record('EndedSession', uid));
    const pointersNode = await ownerOf(keys.uid('Session', uid));
    const ids = Array.from({ length: 100 }, (_, n) => `renewed-${n}`);
    const owners = await Promise.all(ids.map((id) => ownerOf(keys.record('Session', id))));
    const position = owners.findIndex((owner) => owner !== marksNode && owner !== pointersNode);
    const [id, hanging] = [ids[position] ?? '', owners[position]];
    // Scripts are known and connections stand.
    await brand.upsert('Session', id, { uid: 'another' }, 60);
    await brand.find('EndedSession', uid);
    hanging?.pause();
    const save = brand.upsert('Session', id, { uid }, 60);
    // Whatever the save has sent to the other node is answered before this.
    await brand.find('EndedSession', uid);
    await brand.upsert('EndedSession', uid, {}, 60);
    hanging?.resume();
    expect(await save).toBe('dropped');
    expect(await brand.find('Session', id)).toBeUndefined();
  });

  test('gives up on a master that says nothing, and not for its own standstill', async () => {
    const brand = open('off', timeout).forBrand('acme');
    await brand.upsert('AuthorizationCode', 'silent', { n: 4 }, 60);
    const find = () => brand.find('AuthorizationCode', 'silent');
    const found = Array.from({ length: 20 }, find);
    // What was asked in this turn of the event loop leaves at its end.
    await setImmediate();
    standStill(timeout * 1.5);
    expect(await Promise.all(found)).toEqual(found.map(() => ({ n: 4 })));

    const owner = await cluster.ownerOf(slotOf(keyOf('silent')));
    owner.pause();
    try {
      await expect(find()).rejects.toMatchObject(unavailable);
    } finally {
      owner.resume();
    }
  });

  test('what the operator should set is said, once for all nodes', async () => {
    const risks = (await open('auto').findRisks()).join('\n');
    expect(risks).toMatch(/set appendonly yes/);
    expect(risks).toMatch(/set min-replicas-to-write 1/);
    expect(risks).toMatch(/a Redis master has no replica/i);
    expect(risks).not.toMatch(/noeviction/);
    expect((await open('off').findRisks()).join('\n')).toMatch(/nothing waits for them/);
    await Promise.all(
      cluster.servers.map((server) =>
        askRedis(server, (redis) => redis.acl('SETUSER', 'default', '-config')),
      ),
    );
    expect((await open('auto').findRisks()).join('\n')).toMatch(/does not say how it is set up \(NOPERM\)/);
  });
});
