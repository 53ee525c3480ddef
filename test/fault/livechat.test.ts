import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeWith } from '../support/availability.ts';
import { encryptionKey, livechatBrand, openChatPage, signInToChat } from '../support/livechat-site.ts';
import { type RunningLiveChat, startLiveChatTwin } from '../support/livechat-twin.ts';
import { onEachStore } from '../support/on-each-store.ts';
import { poll } from '../support/poll.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type ParleyProcess, type SpawnOptions, spawnParley } from '../support/spawn-parley.ts';
import { patient } from '../support/start-parley.ts';
import { dana, sam } from '../support/test-brand.ts';

/** Processes that share a store, and one LiveChat; the trial's agent token, for nobody has to consent. */
async function spawnAt(twin: RunningLiveChat, options: SpawnOptions): Promise<ParleyProcess> {
  const { accessToken } = twin.control.connectAgent();
  return spawnParley({
    brands: [livechatBrand(twin.origin, { agent_token: accessToken })],
    env: { PARLEY_ENCRYPTION_KEYS: encryptionKey, LOG_LEVEL: 'trace' },
    ...options,
  });
}

const many = <T>(count: number, ask: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(index)));

onEachStore((store) => {
  let twin: RunningLiveChat;
  let first: ParleyProcess;
  let second: ParleyProcess;

  beforeAll(async () => {
    twin = await startLiveChatTwin();
    const address = store();
    const shared = address === undefined ? {} : { store: address, serverYaml: patient };
    first = await spawnAt(twin, shared);
    second = await spawnAt(twin, { ...shared, beside: first });
  });
  afterAll(async () => {
    await second?.stop();
    await first?.stop();
    await twin?.stop();
  });

  test('fifty first calls at once over two processes make one customer, and ten fresh ones one call', async () => {
    const page = await signInToChat(first, dana);
    const pages = [page, openChatPage(second, page.visitor.clone(second.fetch))];
    const ask = (operation: 'token' | 'fresh') => (index: number) =>
      (pages[index % 2] ?? page).ask(operation);

    const answers = await many(50, ask('token'));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.accessToken)).size).toBe(1);
    expect(twin.control.customers()).toHaveLength(1);
    expect(twin.control.count('customer_token')).toBe(1);

    const fresh = await many(10, ask('fresh'));
    expect(new Set(fresh.map(({ body }) => body.accessToken)).size).toBe(1);
    expect(twin.control.count('customer_token')).toBe(2);
  });

  test('kill -9 between the answer of LiveChat and our write: the next call says so and loses nobody', async () => {
    twin.control.forget();
    const page = await signInToChat(first, sam);
    const arrival = Promise.withResolvers<void>();
    const never = new Promise(() => {});
    twin.control.faults.set({ kind: 'held_answer', until: never, onArrival: arrival.resolve }, { times: 1 });
    const lost = page.ask('token').catch(() => undefined);
    await arrival.promise;
    await first.kill();
    await lost;
    const [unused] = twin.control.customers();

    const elsewhere = openChatPage(second, page.visitor.clone(second.fetch));
    let answer = await elsewhere.ask('token');
    // The dead process's lock ends by itself; until then the page is told to try again.
    await poll('the lock has ended', 60_000, async () => {
      if (answer.status !== 503) return true;
      expect(answer.body.error).toBe('temporarily_unavailable');
      answer = await elsewhere.ask('token');
      return false;
    });
    expect(answer.status).toBe(200);
    expect(answer.body.entityId).not.toBe(unused?.id);
    const told = second.log().filter((line) => String(line['msg']).includes('did not come to its end'));
    expect(told).toMatchObject([{ level: 'error', accountId: sam.sub }]);

    await first.restart();
    expect((await openChatPage(first, page.visitor).ask('token')).body).toEqual(answer.body);
    expect(twin.control.customers()).toHaveLength(2);
  });
});

describeWith('redis-server', () => {
  describe('Redis with an append-only file', () => {
    let twin: RunningLiveChat;
    let redis: RedisServer;
    let parley: ParleyProcess;

    beforeAll(async () => {
      twin = await startLiveChatTwin();
      redis = await startRedis({ aof: true });
      parley = await spawnParley({
        store: redis.url,
        brands: [livechatBrand(twin.origin, { grant: 'cookie' })],
        env: { PARLEY_ENCRYPTION_KEYS: encryptionKey, LOG_LEVEL: 'trace' },
      });
    });
    afterAll(async () => {
      await parley?.stop();
      await redis?.stop();
      await twin?.stop();
    });

    test('the link and its secret outlive a kill of Redis, and nothing secret is readable in it or in the log', async () => {
      const page = await signInToChat(parley, dana);
      const { accessToken, entityId } = (await page.ask('token')).body;
      await redis.kill();
      expect((await page.ask('token')).body.error).toBe('temporarily_unavailable');
      await redis.restart();
      await poll('Parley is ready again', 30_000, async () => {
        const ready = await parley.fetch(`${parley.issuer}/readyz`);
        return ready.status === 200;
      });
      await page.ask('invalidate');
      const again = (await page.ask('token')).body;
      expect(again.entityId).toBe(entityId);
      expect(twin.control.customers()).toHaveLength(1);

      const texts = await readEverything(redis.url);
      expect(texts).toContain(entityId);
      const secret = twin.control.customers()[0]?.secret ?? '';
      expect(secret).toHaveLength(82);
      for (const hidden of [accessToken, again.accessToken, secret, encryptionKey]) {
        expect(texts).not.toContain(hidden);
        expect(parley.stdout()).not.toContain(hidden);
      }
    });
  });
});

/** Every key with its value, as text. */
async function readEverything(url: string): Promise<string> {
  const client = new Redis(url);
  const texts: string[] = [];
  for (const key of await client.keys('*')) {
    const type = await client.type(key);
    texts.push(key);
    if (type === 'string') texts.push((await client.get(key)) ?? '');
    else if (type === 'hash') texts.push(JSON.stringify(await client.hgetall(key)));
    else texts.push(...(await client.zrange(key, '0', '-1')));
  }
  await client.quit();
  return texts.join('\n');
}
