import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrandStore, Store } from '../../src/store/contract.ts';
import { createBrandKeys, defaultPrefix, layouts } from '../../src/store/redis/keys.ts';
import { createRedisStore } from '../../src/store/redis-store.ts';
import { describeStoreContract } from '../contract/store-contract.ts';
import { askRedis } from '../support/ask-redis.ts';
import { describeWith } from '../support/availability.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { quickest } from '../support/quickest.ts';
import { recordCommands } from '../support/record-commands.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { standStill } from '../support/stand-still.ts';

const rule = { free: 5, forgetOneAfter: 45, firstWait: 30, longestWait: 60 };

/** Milliseconds, where something is away without a word. */
const timeout = 2000;
/** Everywhere else: what is late is the machine. */
const patient = 20_000;

describeWith('redis-server', () => {
  let server: RedisServer;

  describeStoreContract('the Redis store', {
    async start() {
      server = await startRedis({ aof: true });
    },
    stop: () => server.stop(),
    async createStore() {
      await askRedis(server, (redis) => redis.flushall());
      return createRedisStore({ url: server.url, timeout: patient });
    },
    async reopen(store) {
      await store.close();
      await server.restart();
      return createRedisStore({ url: server.url, timeout: patient });
    },
    async expire(seconds) {
      const end = Date.now() + seconds * 1000 + 20;
      await poll('time passes', seconds * 1000 + 5000, () => Date.now() > end);
    },
  });

  describe('what the Redis store leaves behind', () => {
    let store: Store;
    let brand: BrandStore;
    /** Epoch milliseconds. */
    let began = 0;

    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      await askRedis(server, (redis) => redis.flushall());
      store = createRedisStore({ url: server.url, timeout: patient });
      began = Date.now();
      brand = store.forBrand('acme');
    });
    afterEach(() => store.close());

    /** Every key of the server. @param given seconds that each was given, since the test began; -1: it has no end */
    async function expectLifetimes(given: Record<string, number>): Promise<void> {
      const left = await findLifetimes(server);
      const passed = (Date.now() - began) / 1000;
      for (const [key, seconds] of Object.entries(given)) {
        const now = left[key] ?? 0;
        if (seconds > 0 && now <= seconds && now >= seconds - passed) left[key] = seconds;
      }
      expect(left).toEqual(given);
    }

    test('is looked over for the end of a session behind the save, also when its script has to be sent again', async () => {
      await askRedis(server, (redis) => redis.script('FLUSH'));
      const commands = await recordCommands(server, () =>
        brand.upsert('Session', 'new-id', { uid: 'u' }, 400),
      );
      const keys = createBrandKeys(defaultPrefix, 'acme', layouts[2]);
      const positions = (names: RegExp, key: string) =>
        commands.flatMap(([name = '', ...args], position) =>
          names.test(name) && args.includes(key) ? [position] : [],
        );
      const saves = positions(/^eval/i, keys.record('Session', 'new-id'));
      expect(saves).toHaveLength(2);
      const looks = positions(/^eval/i, keys.uid('Session', 'u'));
      expect(looks[1]).toBeGreaterThan(saves[1] ?? 0);
    });

    test('what an older release wrote in another layout is told, and nothing of other prefixes', async () => {
      const risks = async () => (await store.findRisks()).filter((risk) => risk.includes('layout'));
      const older = (prefix: string) =>
        createRedisStore({ url: server.url, timeout: patient, prefix, layout: 1 });
      const [others, ours] = [older('other'), older(defaultPrefix)];
      try {
        await others.forBrand('acme').putLink('livechat', 'dana', { customer: 'x' });
        await brand.putLink('livechat', 'lee', { customer: 'y' });
        expect(await risks()).toEqual([]);
        await ours.forBrand('acme').putLink('livechat', 'dana', { customer: 'x' });
        expect(await brand.findLink('livechat', 'dana')).toBeUndefined();
        expect(await risks()).toEqual([
          expect.stringMatching(/in layout 1.*: set store_layout 1, or carry it over/),
        ]);
        expect((await ours.findRisks()).filter((risk) => risk.includes('layout'))).toEqual([]);
      } finally {
        await Promise.all([others.close(), ours.close()]);
      }
    });

    test('lives no longer than it must: only links and records without a lifetime are immortal', async () => {
      await brand.upsert('AuthorizationCode', 'code', { grantId: 'g' }, 60);
      await brand.upsert('RefreshToken', 'refresh', { grantId: 'g' }, 900);
      await brand.upsert('DeviceCode', 'device', { uid: 'not found by it', userCode: 'c' }, 300);
      await brand.upsert('Session', 'signed-in', { uid: 'u' }, 400);
      await brand.consume('AuthorizationCode', 'code');
      await brand.consume('AuthorizationCode', 'unknown');
      await brand.destroy('Session', 's');
      await brand.revokeGrant('unknown');
      await brand.addMember('sessions', 'm', 120);
      await brand.addMember('sessions', 'n', 20);
      await brand.addMember('sessions:dana:1', 'u', 130);
      await brand.addMember('grants:u', 'g', 450);
      await brand.upsert('Session', 'signed-in', { uid: 'u' }, 400);
      await brand.increment('attempts', 30);
      await brand.increment('anonymous-from:192.0.2.1', 50);
      await brand.takeAttempt('login', rule);
      await brand.takeAttempt('login', rule);
      await brand.acquireLock('rotate', 40);
      await brand.setNotBefore('dana', 1, 900);
      await brand.setNotBefore('dana', 2, 60);
      await store.ping();
      await brand.upsert('Client', 'eternal', {});
      await brand.putLink('livechat', 'dana', {});
      await expectLifetimes({
        'parley:2-ping': 1,
        'parley:2:acme:alogin': 90,
        'parley:2:acme:cattempts': 30,
        'parley:2:acme:f192.0.2.1': 50,
        'parley:2:acme:gg': 900,
        'parley:2:acme:plivechat:dana': -1,
        'parley:2:acme:q': -1,
        'parley:2:acme:lrotate': 40,
        'parley:2:acme:ndana': 900,
        'parley:2:acme:Ccode': 60,
        'parley:2:acme:rClient:eternal': -1,
        'parley:2:acme:rDeviceCode:device': 300,
        'parley:2:acme:Gunknown': 600,
        'parley:2:acme:Rrefresh': 900,
        'parley:2:acme:Ss': 600,
        'parley:2:acme:Ssigned-in': 400,
        'parley:2:acme:ssessions': 120,
        'parley:2:acme:odana:1': 130,
        'parley:2:acme:uu': 450,
        'parley:2:acme:dDeviceCode:c': 300,
      });
    });

    test('follows its records: indexes are gone with them, and a grant is as long as who is left', async () => {
      await brand.upsert('AccessToken', 'a', { grantId: 'g' }, 60);
      await brand.upsert('RefreshToken', 'b', { grantId: 'g', uid: 'u' }, 900);
      await brand.upsert('OwnModel', 'c', { grantId: 'g' });
      const ofRecords = { 'parley:2:acme:Aa': 60, 'parley:2:acme:Rb': 900 };
      await expectLifetimes({ ...ofRecords, 'parley:2:acme:gg': -1, 'parley:2:acme:rOwnModel:c': -1 });
      await brand.destroy('OwnModel', 'c');
      await expectLifetimes({ ...ofRecords, 'parley:2:acme:gg': 900 });
      await brand.destroy('RefreshToken', 'b');
      await expectLifetimes({ 'parley:2:acme:gg': 60, 'parley:2:acme:Aa': 60 });
      await brand.revokeGrant('g');
      await expectLifetimes({ 'parley:2:acme:Gg': 600 });
    });

    test('has no trace of a dropped save or of records that expired', async () => {
      await brand.destroy('Session', 's');
      await brand.upsert('Session', 's', { uid: 'u' }, 60);
      await brand.upsert('AccessToken', 'brief', { grantId: 'g' }, 0);
      await poll('the brief record is gone', 20_000, async () => !(await brand.find('AccessToken', 'brief')));
      await brand.upsert('AccessToken', 'long', { grantId: 'g' }, 60);
      expect(Object.keys(await findLifetimes(server))).toEqual([
        'parley:2:acme:Along',
        'parley:2:acme:Ss',
        'parley:2:acme:gg',
      ]);
    });

    test('is bounded for a grant that lives long: its index forgets expired members while it is written', async () => {
      await brand.upsert('RefreshToken', 'long', { grantId: 'g' }, 600);
      for (let n = 0; n < 50; n += 1) await brand.upsert('AccessToken', `t-${n}`, { grantId: 'g' }, 0);
      await poll('the last is gone', 20_000, async () => !(await brand.find('AccessToken', 't-49')));
      await brand.upsert('AccessToken', 'next', { grantId: 'g' }, 60);
      const index = await askRedis(server, (redis) => redis.zrange('parley:2:acme:gg', 0, '-1'));
      expect(index).toEqual(expect.arrayContaining(['Anext', 'Rlong']));
      // Up to eight are not worth a look: what has expired among them stays until there are more.
      expect(index.length).toBeLessThanOrEqual(9);
    });

    test('lives as long as the longest of a session and its grants, however many', async () => {
      await brand.upsert('Session', 's', { uid: 'u' }, 60);
      for (let n = 0; n < 100; n += 1) await brand.addMember('grants:u', `g${n}`, 30);
      await brand.addMember('grants:u', 'longest', 900);
      await brand.addMember('grants:u', 'last', 30);
      await brand.upsert('Session', 's', { uid: 'u' }, 60);
      await brand.upsert('EndedSession', 'u', {}, 400);
      expect((await findLifetimes(server))['parley:2:acme:uu']).toBeGreaterThan(800);
    });

    test('is bounded for a session that lives long: its grants leave once the first has expired', async () => {
      await brand.upsert('Session', 's', { uid: 'u' }, 600);
      for (let n = 0; n < 100; n += 1) await brand.addMember('grants:u', `g${n}`, 0.1);
      await poll('the last is gone', 20_000, async () => (await brand.members('grants:u')).length === 0);
      await brand.addMember('grants:u', 'next', 60);
      const text = await askRedis(server, (redis) => redis.get('parley:2:acme:uu'));
      expect(text).toMatch(/^s [0-9a-f]{8}next$/);
    });

    test('needs no command that names two keys, so a Cluster can hold it', async () => {
      const commands = await recordCommands(server, async () => {
        const fresh = createRedisStore({ url: server.url, timeout: patient });
        await useEverything(fresh.forBrand('acme'));
        await fresh.ping();
        await fresh.close();
      });
      const names = new Set(commands.map(([name = '']) => name.toLowerCase()));
      expect(names).toContain('evalsha');
      for (const forbidden of ['keys', 'scan', 'multi', 'exec', 'watch', 'mget'])
        expect(names).not.toContain(forbidden);
      await askRedis(server, async (redis) => {
        for (const command of commands.filter(([name]) => !withoutKeys.has(String(name).toLowerCase()))) {
          expect(await redis.call('COMMAND', 'GETKEYS', ...command)).toHaveLength(1);
        }
      });
    });

    test('is accepted by a node of a Cluster, which refuses whatever crosses slots', async () => {
      const node = await startRedis({ cluster: true });
      const fresh = createRedisStore({ url: node.url, timeout: patient });
      try {
        await askRedis(node, (redis) => redis.cluster('ADDSLOTSRANGE', 0, 16383));
        await poll('the Cluster is up', 30_000, () =>
          askRedis(node, async (redis) => (await redis.cluster('INFO')).includes('cluster_state:ok')),
        );
        await expect(askRedis(node, (redis) => redis.mget('a', 'b'))).rejects.toThrow('CROSSSLOT');
        await useEverything(fresh.forBrand('acme'));
        await fresh.ping();
      } finally {
        await fresh.close();
        await node.stop();
      }
    });

    test.each<[string, number, (brand: BrandStore) => Promise<unknown>]>([
      ['finding', 1, (b) => b.find('AccessToken', 'a')],
      ['consuming', 1, (b) => b.consume('AccessToken', 'a')],
      [
        'saving the tokens of one answer',
        3,
        (b) =>
          Promise.all([
            b.upsert('AccessToken', 'new', { grantId: 'g' }, 60),
            b.upsert('RefreshToken', 'new', { grantId: 'g' }, 600),
          ]),
      ],
      ['saving a token', 2, (b) => b.upsert('AccessToken', 'new', { grantId: 'g' }, 60)],
      ['saving a session again', 2, (b) => b.upsert('Session', 's', { uid: 'u' }, 60)],
      ['destroying a record without indexes', 1, (b) => b.destroy('Interaction', 'i')],
    ])('%s takes %d commands', async (_, count, work) => {
      await brand.upsert('AccessToken', 'a', { grantId: 'g' }, 60);
      await brand.upsert('Session', 's', { uid: 'u' }, 60);
      await brand.upsert('Interaction', 'i', {}, 60);
      const commands = await recordCommands(server, () => work(brand));
      expect(commands).toHaveLength(count);
    });
  });

  describe('the Redis store, while Redis is away', () => {
    const unavailable = { name: 'ParleyError', code: 'store_unavailable', status: 503, retryAfter: 2 };
    const lines: { level: string; text: string }[] = [];
    const log = {
      info: (...parts: unknown[]) => void lines.push({ level: 'info', text: JSON.stringify(parts) }),
      warn: (...parts: unknown[]) => void lines.push({ level: 'warn', text: JSON.stringify(parts) }),
    };
    let store: Store;

    beforeEach(() => void lines.splice(0));
    afterEach(async () => {
      await store.close();
      await server.stop();
    });

    async function expectRefusalWithin(milliseconds: number, work: () => Promise<unknown>): Promise<void> {
      const took = await quickest(milliseconds, () => expect(work()).rejects.toMatchObject(unavailable));
      expect(took).toBeLessThan(milliseconds);
    }

    function untilAnswering(): Promise<void> {
      return poll('the store answers', 30_000, () =>
        store.ping().then(
          () => true,
          () => false,
        ),
      );
    }

    test('says what maxmemory allows it, and nothing where there is none', async () => {
      server = await startRedis({ settings: ['maxmemory 64mb'] });
      store = createRedisStore({ url: server.url, timeout: patient, log });
      expect(await store.measure()).toEqual({ used: expect.any(Number), limit: 64 * 1024 * 1024 });
    });

    test('refuses at once, works again soon after Redis is back, and logs one line per change', async () => {
      server = await startRedis({ aof: true });
      store = createRedisStore({ url: server.url, timeout: patient, log });
      const brand = store.forBrand('acme');
      await brand.upsert('AuthorizationCode', 'a', { secret: 'hidden' }, 60);

      const inFlight = Promise.allSettled(
        Array.from({ length: 20 }, () => brand.find('AuthorizationCode', 'a')),
      );
      await server.kill();
      for (const outcome of await inFlight) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(unavailable);
      }
      await expectRefusalWithin(3000, () => brand.find('AuthorizationCode', 'a'));
      await expectRefusalWithin(3000, () => brand.upsert('AuthorizationCode', 'b', { grantId: 'g' }, 60));
      await expectRefusalWithin(3000, () => brand.acquireLock('l', 60));
      await expectRefusalWithin(3000, () => store.ping());
      await poll('several attempts to connect', 20_000, pastAttempts(4));

      await server.restart();
      await untilAnswering();
      expect(await brand.find('AuthorizationCode', 'a')).toEqual({ secret: 'hidden' });
      expect(await brand.find('AuthorizationCode', 'b')).toBeUndefined();
      expect(await brand.upsert('AccessToken', 'b', { grantId: 'g' }, 60)).toBe('saved');
      await brand.revokeGrant('g');
      expect(await brand.find('AccessToken', 'b')).toBeUndefined();
      expect(lines.map(({ level }) => level)).toEqual(['info', 'warn', 'info']);
    });

    test('may be created before Redis is started', async () => {
      const port = await findFreePort();
      store = createRedisStore({ url: `redis://127.0.0.1:${port}`, timeout: patient, log });
      await expectRefusalWithin(3000, () => store.ping());
      server = await startRedis({ port });
      await untilAnswering();
      expect(lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    });

    test('gives up on a server that keeps the connection but says nothing', async () => {
      server = await startRedis();
      store = createRedisStore({ url: server.url, timeout: 300, log });
      const brand = store.forBrand('acme');
      await untilAnswering();
      server.pause();
      await expectRefusalWithin(3000, () => brand.find('Session', 'a'));
      await expectRefusalWithin(3000, () => brand.destroy('Session', 'a'));
      server.resume();
      await untilAnswering();
    });

    test('knows its own standstill from one of the server: it hears what was answered meanwhile', async () => {
      server = await startRedis();
      store = createRedisStore({ url: server.url, timeout, log });
      const brand = store.forBrand('acme');
      await brand.upsert('AuthorizationCode', 'a', { n: 1 }, 60);
      const found = Array.from({ length: 20 }, () => brand.find('AuthorizationCode', 'a'));
      // What was asked in this turn of the event loop leaves at its end.
      await setImmediate();
      standStill(timeout * 1.5);
      expect(await Promise.all(found)).toEqual(found.map(() => ({ n: 1 })));
      expect(lines.map(({ level }) => level)).toEqual(['info']);
    });

    test('is unavailable, not wrong, on a server that only reads', async () => {
      server = await startRedis();
      store = createRedisStore({ url: server.url, timeout: patient, log });
      await store.ping();
      const port = await findFreePort();
      await askRedis(server, (redis) => redis.call('REPLICAOF', '127.0.0.1', String(port)));
      await expectRefusalWithin(3000, () => store.forBrand('acme').upsert('Session', 'a', {}, 60));
      await expectRefusalWithin(3000, () => store.ping());
      await askRedis(server, (redis) => redis.call('REPLICAOF', 'NO', 'ONE'));
      await untilAnswering();
    });

    test('forgets its scripts with the server and sends them again', async () => {
      server = await startRedis();
      store = createRedisStore({ url: server.url, timeout: patient });
      const brand = store.forBrand('acme');
      await brand.upsert('AuthorizationCode', 'a', {}, 60);
      await brand.upsert('AuthorizationCode', 'b', {}, 60);
      await askRedis(server, (redis) => redis.script('FLUSH'));
      expect(await brand.upsert('AuthorizationCode', 'c', {}, 60)).toBe('saved');
      expect(await brand.consume('AuthorizationCode', 'c')).toBe('consumed');
    });

    test('never tells the password, right or wrong, nor what was being saved', async () => {
      server = await startRedis({ password: 'right/pass word' });
      const texts: string[] = [];
      const remember = async (work: Promise<unknown>) => {
        const error = await work.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        texts.push(describeDeeply(error));
        return error;
      };
      store = createRedisStore({ url: server.url, timeout: patient, log });
      await store.ping();
      const wrong = createRedisStore({
        url: `redis://:wrong-password@127.0.0.1:${server.port}`,
        timeout: patient,
        log,
      });
      const save = () => wrong.forBrand('acme').upsert('AccessToken', 'hidden-id', { hidden: 'value' }, 60);
      expect(await remember(save())).toMatchObject(unavailable);
      expect(await remember(save())).toMatchObject(unavailable);
      await wrong.close();
      await askRedis(server, (redis) => redis.config('SET', 'maxmemory', '1'));
      expect(
        await remember(store.forBrand('acme').upsert('AccessToken', 'hidden-id', { hidden: 'value' }, 60)),
      ).toMatchObject({ ...unavailable, message: expect.stringContaining('OOM') });
      await server.kill();
      expect(await remember(store.ping())).toMatchObject(unavailable);
      const told = [...texts, JSON.stringify(lines)].join('\n');
      expect(told).toContain('WRONGPASS');
      expect(told).not.toMatch(/wrong-password|right|pass word|pass%20word|hidden/);
    });
  });
});

/** Every key of the server with its remaining seconds; -1: it has no end. */
function findLifetimes(server: RedisServer): Promise<Record<string, number>> {
  return askRedis(server, async (redis) => {
    const keys = (await redis.keys('*')).toSorted();
    return Object.fromEntries(
      await Promise.all(keys.map(async (key) => [key, secondsOf(await redis.pttl(key))] as const)),
    );
  });
}

const secondsOf = (milliseconds: number) => (milliseconds < 0 ? milliseconds : milliseconds / 1000);

/** Commands of a connection itself, which no node of a Cluster is asked for by key. */
const withoutKeys = new Set([
  'hello',
  'info',
  'client',
  'quit',
  'select',
  'auth',
  'script',
  'command',
  'monitor',
]);

async function useEverything(brand: BrandStore): Promise<void> {
  for (const round of [1, 2]) {
    const payload = { uid: `u${round}`, userCode: `c${round}`, grantId: `g${round}` };
    await brand.upsert('DeviceCode', 'a', payload, 60);
    await brand.upsert('Session', 's', { uid: 'u' }, 60);
    await brand.upsert('ReplayDetection', 'jti', {}, 60);
    await brand.find('DeviceCode', 'a');
    await brand.findByUid('DeviceCode', payload.uid);
    await brand.findByUserCode('DeviceCode', payload.userCode);
    await brand.consume('DeviceCode', 'a');
    await brand.destroy('Session', 's');
    await brand.revokeGrant(`g${round}`);
    await brand.addMember('set', 'm', 60);
    await brand.members('set');
    await brand.removeMember('set', 'm');
    await brand.increment('counter', 60);
    await brand.resetCounter('counter');
    await brand.takeAttempt('attempts', rule);
    await brand.findAttempts('attempts', rule);
    await brand.returnAttempt('attempts');
    const lock = await brand.acquireLock('lock', 60);
    await lock?.release();
    const link = await brand.putLink('livechat', 'dana', { n: round });
    await brand.replaceLink('livechat', 'dana', link, { n: round + 1 });
    await brand.findLink('livechat', 'dana');
    await brand.listLinks({ limit: 10 });
    await brand.removeLink('livechat', 'dana');
    await brand.setNotBefore('dana', round, 60);
    await brand.notBefore('dana');
  }
}

/** True once enough time for so many reconnections has passed. */
function pastAttempts(count: number): () => boolean {
  const end = Date.now() + 50 * count * count;
  return () => Date.now() > end;
}

/** Everything that a log could print of an error: its properties, hidden ones too, its cause and its stack. */
function describeDeeply(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => {
    const value: unknown = Reflect.get(error, name);
    return `${name}: ${describeDeeply(value)}`;
  });
  return own.join('\n');
}
