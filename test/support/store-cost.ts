import { redirectUri, secret } from '../../bench/subject/example.ts';
import { startBare } from '../../bench/subject/start-bare.ts';
import { createSigningKeys } from '../../src/keys/create-signing-keys.ts';
import { createRedisStore } from '../../src/store/redis-store.ts';
import { askRedis } from './ask-redis.ts';
import { countCalls, type StoreCost } from './counting-store.ts';
import { recordCommands } from './record-commands.ts';
import { startRedis } from './redis-server.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  isActive,
  refresh,
  signIn,
} from './relying-party.ts';
import { startParley } from './start-parley.ts';
import { dana, testBrand, testClients } from './test-brand.ts';
import { Visitor } from './visitor.ts';
import { webClient } from './web-client.ts';

export interface RequestCost extends StoreCost {
  /** Commands that Redis received. */
  commands: number;
}

export interface Costs {
  /** By request, in the order of a consumer's journey. */
  requests: Map<string, RequestCost>;
  /** What one consumer who has signed in and begun one conversation occupies in Redis. */
  bytes: number;
  /** The same once the used code has expired, a minute later. */
  bytesWithoutCode: number;
  keys: number;
}

export interface Comparison {
  parley: Costs;
  /** oidc-provider with the adapter that most people write for Redis (bench/bare/json-adapter.ts). */
  plain: Costs;
}

interface Subject {
  client: Client;
  redisUrl: string;
  /** Where a page of the brand's may ask, if there is such a thing. */
  page?: string;
  take(): Promise<StoreCost>;
}

const page = 'https://shop.acme.example';

/** What each request of the same journey asks of the store, with Parley and with the plain adapter. */
export async function compareStoreCosts(): Promise<Comparison> {
  return { plain: await measurePlain(), parley: await measureParley() };
}

async function measurePlain(): Promise<Costs> {
  const bare = await startBare({ keys: await createSigningKeys(), counted: true });
  const { issuer, redisUrl } = bare;
  try {
    return await measure({
      client: { issuer, clientId: 'web', secret, redirectUri },
      redisUrl,
      take: async () => (await (await fetch(`${issuer}/cost`)).json()) as StoreCost,
    });
  } finally {
    await bare.stop();
  }
}

async function measureParley(): Promise<Costs> {
  const redis = await startRedis();
  const counting = countCalls(createRedisStore({ url: redis.url, timeout: 20_000 }));
  const clients = testClients().map((client) =>
    client['id'] === 'web' ? { ...client, pages: [page] } : client,
  );
  const parley = await startParley({
    // The request log is written in batches behind the answers.
    brands: [testBrand({ clients, request_log: false })],
    useStore: counting.store,
  });
  try {
    return await measure({
      client: webClient(parley),
      redisUrl: redis.url,
      page,
      take: async () => counting.take(),
    });
  } finally {
    await parley.stop();
    await redis.stop();
  }
}

async function measure(subject: Subject): Promise<Costs> {
  // Once for nothing, so that Redis knows every script.
  await travel(subject);
  const costs = await travelAnew(subject);
  // On a machine that is busy, what was asked for ahead may come too late for its question (issuer/read-ahead.ts).
  for (const [request, cost] of (await travelAnew(subject)).requests) {
    if (cost.calls < (costs.requests.get(request)?.calls ?? 0)) costs.requests.set(request, cost);
  }
  return costs;
}

async function travelAnew(subject: Subject): Promise<Costs> {
  await askRedis({ url: subject.redisUrl }, (admin) => admin.flushall());
  return travel(subject);
}

async function travel({ client, redisUrl, page: origin, take }: Subject): Promise<Costs> {
  const redis = { url: redisUrl };
  const visitor = new Visitor();
  const requests: Costs['requests'] = new Map();
  const step = async <T>(request: string, work: () => Promise<T>): Promise<T> => {
    const results: T[] = [];
    await take();
    const commands = await recordCommands(redis, async () => {
      results.push(await work());
    });
    requests.set(request, { ...(await take()), commands: commands.length });
    return results[0] as T;
  };
  const url = () => authorizationUrl(client, { scope: 'openid' });

  const landed = await step('sign-in, with a page and its form', () => signIn(visitor, url(), dana));
  const { body } = await step('code at `/token`', () =>
    exchange(client, landed.searchParams.get('code') ?? ''),
  );
  const headers = { authorization: `Bearer ${body.access_token}` };
  await step('`/userinfo`', () => fetch(`${client.issuer}/userinfo`, { headers }));
  await step('`/token/introspection`', () => isActive(client, body.access_token));
  const size = await askRedis(redis, measureBytes);
  await step('silent authorization request', () => authorizeSilently(visitor, url()));
  await step('refresh token at `/token`', () => refresh(client, body.refresh_token));
  if (origin !== undefined) {
    const post = (path: string) =>
      visitor.post(`${client.issuer}${path}`, { client_id: client.clientId }, { origin });
    await step('`/page/identity`', () => post('/page/identity'));
    await step('`/page/sign-out`', () => post('/page/sign-out'));
  }
  return { requests, ...size };
}

async function measureBytes(
  redis: Parameters<Parameters<typeof askRedis>[1]>[0],
): Promise<Pick<Costs, 'bytes' | 'bytesWithoutCode' | 'keys'>> {
  const keys = await redis.keys('*');
  const sizes = await Promise.all(
    keys.map(async (key) => [key, Number(await redis.memory('USAGE', key))] as const),
  );
  const sumOf = (some: typeof sizes) => some.reduce((sum, [, size]) => sum + size, 0);
  return {
    bytes: sumOf(sizes),
    bytesWithoutCode: sumOf(sizes.filter(([key]) => !isCode(key))),
    keys: keys.length,
  };
}

/** With Parley `C<id>`, with the plain adapter the name of the model. */
function isCode(key: string): boolean {
  return key.startsWith('parley:2:acme:C') || key.startsWith('bare:AuthorizationCode:');
}

/** As docs/redis-keys.md shows it. */
export function formatStoreCosts({ plain, parley }: Comparison): string {
  const row = (request: string, cost: RequestCost) => {
    const before = plain.requests.get(request);
    const cells = (['calls', 'waits', 'commands'] as const).map(
      (name) => `${before?.[name] ?? '–'} → ${cost[name]}`,
    );
    return `| ${[request, ...cells].join(' | ')} |`;
  };
  return [
    '| request, plain adapter → Parley | calls of the store | waits for it | commands to Redis |',
    '|---|---|---|---|',
    ...[...parley.requests].map(([request, cost]) => row(request, cost)),
    '',
    `One signed-in consumer with one conversation: ${plain.keys} keys with the plain adapter, ${parley.keys} with Parley.`,
  ].join('\n');
}
