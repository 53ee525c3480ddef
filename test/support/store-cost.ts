import { createRedisStore } from '../../src/store/redis-store.ts';
import { askRedis } from './ask-redis.ts';
import { countCalls, type StoreCost } from './counting-store.ts';
import { recordCommands } from './record-commands.ts';
import { startRedis } from './redis-server.ts';
import { authorizationUrl, authorizeSilently, exchange, refresh, signIn } from './relying-party.ts';
import { startParley } from './start-parley.ts';
import { dana, testBrand, testClients } from './test-brand.ts';
import { Visitor } from './visitor.ts';
import { webClient } from './web-client.ts';

export interface RequestCost extends StoreCost {
  request: string;
  /** Commands that Redis received. */
  commands: number;
}

export interface Costs {
  requests: RequestCost[];
  /** What one signed-in consumer with one conversation occupies in Redis. */
  bytes: { now: number; plain: number; keys: number };
}

const page = 'https://shop.acme.example';

/** What each request of a consumer's journey asks of the store, seen from both sides of it. */
export async function measureStoreCost(): Promise<Costs> {
  const redis = await startRedis();
  const counting = countCalls(createRedisStore({ url: redis.url, timeout: 1000 }));
  const clients = testClients().map((client) =>
    client['id'] === 'web' ? { ...client, pages: [page] } : client,
  );
  const parley = await startParley({
    // The request log is written in batches behind the answers.
    brands: [testBrand({ clients, request_log: false })],
    useStore: counting.store,
  });
  const web = webClient(parley);

  async function measure<T>(
    work: () => Promise<T>,
  ): Promise<{ result: T; cost: Omit<RequestCost, 'request'> }> {
    const results: T[] = [];
    counting.take();
    const commands = await recordCommands(redis, async () => {
      results.push(await work());
    });
    return { result: results[0] as T, cost: { ...counting.take(), commands: commands.length } };
  }

  async function travel(): Promise<Costs> {
    const visitor = new Visitor();
    const requests: RequestCost[] = [];
    const step = async <T>(request: string, work: () => Promise<T>): Promise<T> => {
      const { result, cost } = await measure(work);
      requests.push({ request, ...cost });
      return result;
    };
    const post = (path: string) =>
      visitor.post(`${parley.issuer}${path}`, { client_id: web.clientId }, { origin: page });

    await step('sign-in with a password, four requests', () => signIn(visitor, authorizationUrl(web), dana));
    const answer = await step('silent authorization request', () =>
      authorizeSilently(visitor, authorizationUrl(web)),
    );
    const { body } = await step('code at `/token`', () => exchange(web, answer.get('code') ?? ''));
    const headers = { authorization: `Bearer ${body.access_token}` };
    await step('`/userinfo`', () => fetch(`${parley.issuer}/userinfo`, { headers }));
    const bytes = await askRedis(redis, measureBytes);
    await step('refresh token at `/token`', () => refresh(web, body.refresh_token));
    await step('`/page/identity`', () => post('/page/identity'));
    await step('`/page/sign-out`', () => post('/page/sign-out'));
    return { requests, bytes };
  }

  try {
    // Once for nothing, so that Redis knows every script.
    await travel();
    await askRedis(redis, (admin) => admin.flushall());
    return await travel();
  } finally {
    await parley.stop();
    await redis.stop();
  }
}

/** Everything in Redis, and the same with each record as a hash of its whole JSON, its indexes and its flag. */
async function measureBytes(redis: Parameters<Parameters<typeof askRedis>[1]>[0]): Promise<Costs['bytes']> {
  const keys = await redis.keys('parley:*');
  let [now, plain] = [0, 0];
  for (const key of keys) {
    const bytes = Number(await redis.memory('USAGE', key));
    now += bytes;
    plain += key.includes(':record:') ? await measurePlain(redis, key) : bytes;
  }
  return { now, plain, keys: keys.length };
}

async function measurePlain(
  redis: Parameters<Parameters<typeof askRedis>[1]>[0],
  key: string,
): Promise<number> {
  const [, model, id] = /:record:([^:]+):(.*)$/.exec(key) ?? [];
  const [, consumed, json = ''] = /^(\d*)~?(\{.*)$/s.exec((await redis.get(key)) ?? '') ?? [];
  const payload: Record<string, unknown> = JSON.parse(json);
  const { uid, grantId } = payload;
  await redis.hset('plain', {
    payload: JSON.stringify({ ...payload, jti: id, kind: model }),
    indexes: JSON.stringify({ uid, grantId }),
  });
  if (consumed) await redis.hset('plain', 'consumed', consumed);
  await redis.expire('plain', 100);
  const bytes = Number(await redis.memory('USAGE', 'plain'));
  await redis.del('plain');
  return bytes + key.length;
}

/** As docs/redis-keys.md shows it. */
export function formatStoreCost({ requests, bytes }: Costs): string {
  return [
    '| request | calls of the store | waits for it | commands to Redis |',
    '|---|---|---|---|',
    ...requests.map(
      ({ request, calls, waits, commands }) => `| ${request} | ${calls} | ${waits} | ${commands} |`,
    ),
    '',
    `One signed-in consumer with one conversation: ${bytes.keys} keys.`,
  ].join('\n');
}
