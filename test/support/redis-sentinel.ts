import { askRedis } from './ask-redis.ts';
import { poll } from './poll.ts';
import { type RedisServer, type RedisTopology, startRedis } from './redis-server.ts';

export interface SentinelOptions {
  /** Settings of every data server. */
  settings?: readonly string[];
}

export interface RedisSentinels extends RedisTopology {
  sentinels: readonly RedisServer[];
  /** The server that the Sentinels name as master now. */
  master(): Promise<RedisServer>;
}

const name = 'main';
const password = 'data-password';
const sentinelPassword = 'sentinel-password';

/** A real master with two replicas and three Sentinels, each side with a password of its own. */
export async function startSentinels({ settings = [] }: SentinelOptions = {}): Promise<RedisSentinels> {
  const common = {
    password,
    settings: [
      `masterauth ${password}`,
      'repl-diskless-sync-delay 0',
      'repl-ping-replica-period 1',
      ...settings,
    ],
  };
  const first = await startRedis(common);
  const replicas = await Promise.all(
    [1, 2].map(() =>
      startRedis({
        ...common,
        settings: [...common.settings, `replicaof 127.0.0.1 ${first.port}`],
      }),
    ),
  );
  await poll('both replicas are in step', 10_000, () =>
    askRedis(
      first,
      async (redis) => (await redis.info('replication')).match(/state=online/g)?.length === replicas.length,
    ),
  );
  const sentinels = await Promise.all(
    [1, 2, 3].map(() =>
      startRedis({
        password: sentinelPassword,
        sentinel: [
          `sentinel monitor ${name} 127.0.0.1 ${first.port} 2`,
          `sentinel auth-pass ${name} ${password}`,
          `sentinel down-after-milliseconds ${name} 1000`,
          `sentinel failover-timeout ${name} 3000`,
          `requirepass ${sentinelPassword}`,
          `sentinel sentinel-pass ${sentinelPassword}`,
        ],
      }),
    ),
  );
  await Promise.all(
    sentinels.map((sentinel) =>
      poll('the Sentinels know each other and the replicas', 20_000, () => knowsAll(sentinel)),
    ),
  );
  const servers = [first, ...replicas];

  return {
    url: `redis-sentinel://:${password}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${name}?sentinel_password=${sentinelPassword}`,
    servers,
    sentinels,
    async master() {
      for (const sentinel of sentinels) {
        const address = await askRedis(sentinel, (redis) =>
          redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name),
        ).catch(() => undefined);
        const port = Number((address as string[] | undefined)?.[1]);
        const found = servers.find((server) => server.port === port);
        if (found) return found;
      }
      throw new Error('no Sentinel answers');
    },
    async stop() {
      await Promise.all([...sentinels, ...servers].map((server) => server.stop()));
    },
  };
}

function knowsAll(sentinel: RedisServer): Promise<boolean> {
  return askRedis(sentinel, async (redis) => {
    const fields = (await redis.call('SENTINEL', 'MASTER', name)) as string[];
    const valueOf = (field: string) => fields[fields.indexOf(field) + 1];
    return valueOf('num-slaves') === '2' && valueOf('num-other-sentinels') === '2';
  });
}
