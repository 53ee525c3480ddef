import { askRedis } from './ask-redis.ts';
import { poll } from './poll.ts';
import { type RedisServer, type RedisTopology, startRedis } from './redis-server.ts';

export interface SentinelOptions {
  /** Settings of every data server. */
  settings?: readonly string[];
  /**
   * Milliseconds after which a server that says nothing is replaced. Not less than the default: a Sentinel connects again once
   * a second, and would find a new master dead before it has asked it.
   */
  downAfter?: number;
}

export interface RedisSentinels extends RedisTopology {
  sentinels: readonly RedisServer[];
  /** The server that the Sentinels name as master now. */
  master(): Promise<RedisServer>;
  /**
   * Resolves when nothing is broken any more: the master has both replicas in step, and each Sentinel knows it. A master
   * that comes back is made a replica by the Sentinels 8 s later, and by their next look, up to 10 s later, they know it.
   */
  untilWhole(): Promise<void>;
}

const name = 'main';
const password = 'data-password';
const sentinelPassword = 'sentinel-password';

/** A real master with two replicas and three Sentinels, each side with a password of its own. */
export async function startSentinels({
  settings = [],
  downAfter = 2000,
}: SentinelOptions = {}): Promise<RedisSentinels> {
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
  await poll('both replicas are in step', 60_000, () => hasReplicas(first, replicas.length));
  const sentinels = await Promise.all(
    [1, 2, 3].map(() =>
      startRedis({
        password: sentinelPassword,
        sentinel: [
          `sentinel monitor ${name} 127.0.0.1 ${first.port} 2`,
          `sentinel auth-pass ${name} ${password}`,
          `sentinel down-after-milliseconds ${name} ${downAfter}`,
          `sentinel failover-timeout ${name} 3000`,
          `requirepass ${sentinelPassword}`,
          `sentinel sentinel-pass ${sentinelPassword}`,
        ],
      }),
    ),
  );
  const servers = [first, ...replicas];

  /** As the newest failover left it; a Sentinel may hang, or not have heard of it yet. */
  let newest: MasterView = { epoch: -1, port: 0 };
  const asking = new Map<RedisServer, Promise<void>>();
  async function learn(sentinel: RedisServer): Promise<void> {
    const view = await readMaster(sentinel).finally(() => asking.delete(sentinel));
    if (view.epoch > newest.epoch) newest = view;
  }
  /** One question at a time to each: those to a Sentinel that hangs would fill its queue. */
  function learnOnce(sentinel: RedisServer): Promise<void> {
    const answer = asking.get(sentinel) ?? learn(sentinel);
    asking.set(sentinel, answer);
    return answer;
  }
  async function findMaster(): Promise<RedisServer> {
    await Promise.any(sentinels.map(learnOnce));
    const found = servers.find((server) => server.port === newest.port);
    if (!found) throw new Error('no such server');
    return found;
  }

  async function isWhole(): Promise<boolean> {
    const master = await findMaster();
    const views = await Promise.all(sentinels.map((sentinel) => seesAllWell(sentinel, master)));
    return views.every(Boolean) && (await hasReplicas(master, replicas.length));
  }
  const untilWhole = () =>
    poll('both replicas are in step and the Sentinels know it', 60_000, () => isWhole().catch(() => false));

  await untilWhole();
  return {
    url: `redis-sentinel://:${password}@${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${name}?sentinel_password=${sentinelPassword}`,
    servers,
    sentinels,
    master: findMaster,
    untilWhole,
    async stop() {
      await Promise.all([...sentinels, ...servers].map((server) => server.stop()));
    },
  };
}

function hasReplicas(server: RedisServer, count: number): Promise<boolean> {
  return askRedis(
    server,
    async (redis) => (await redis.info('replication')).match(/state=online/g)?.length === count,
  );
}

interface MasterView {
  /** Which failover this is of. */
  epoch: number;
  port: number;
}

/** At once: while a Sentinel fails a master over, what it says of the old one is already of the new epoch. */
function readMaster(sentinel: RedisServer): Promise<MasterView> {
  return askRedis(sentinel, async (redis) => {
    const [fields, address] = await Promise.all([
      redis.call('SENTINEL', 'MASTER', name) as Promise<string[]>,
      redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name) as Promise<string[]>,
    ]);
    return { epoch: Number(valueOf(fields, 'config-epoch')), port: Number(address[1]) };
  });
}

/** What a Sentinel says of each; further flags would say that it is down or being changed. */
const well = {
  master: { flags: 'master' },
  replica: { flags: 'slave', 'role-reported': 'slave', 'master-link-status': 'ok' },
  sentinel: { flags: 'sentinel' },
};

function seesAllWell(sentinel: RedisServer, { port }: RedisServer): Promise<boolean> {
  return askRedis(sentinel, async (redis) => {
    const ask = (subject: string) => redis.call('SENTINEL', subject, name) as Promise<string[][]>;
    const [master, replicas, others] = await Promise.all([ask('MASTER'), ask('REPLICAS'), ask('SENTINELS')]);
    return (
      isLike(master.flat(), { ...well.master, port: String(port) }) &&
      replicas.length === 2 &&
      replicas.every((replica) => isLike(replica, well.replica)) &&
      others.length === 2 &&
      others.every((other) => isLike(other, well.sentinel)) &&
      // Refused where the Sentinels could not agree on a failover.
      (await ask('CKQUORUM')).length > 0
    );
  });
}

function isLike(fields: readonly string[], wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([field, value]) => valueOf(fields, field) === value);
}

/** @param fields names and values in turn */
function valueOf(fields: readonly string[], field: string): string | undefined {
  return fields[fields.indexOf(field) + 1];
}
