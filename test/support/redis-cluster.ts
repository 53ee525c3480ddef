import type { Redis } from 'ioredis';
import { askRedis } from './ask-redis.ts';
import { findFreePort } from './free-port.ts';
import { poll } from './poll.ts';
import { type RedisServer, type RedisTopology, startRedis } from './redis-server.ts';

export interface ClusterOptions {
  /** Settings of every node. */
  settings?: readonly string[];
  password?: string;
  /** Milliseconds after which a node that says nothing is replaced. */
  nodeTimeout?: number;
}

export interface RedisCluster extends RedisTopology {
  /** Adds one empty master. */
  addMaster(): Promise<RedisServer>;
  /** Resolves when nothing is broken any more: all nodes know each other well, and each master has a replica in step. */
  untilWhole(): Promise<void>;
  /** The server that owns a slot now. */
  ownerOf(slot: number): Promise<RedisServer>;
  /** The three steps of a move: announced, keys gone ahead, settled. */
  beginMove(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
  moveKeys(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
  endMove(slot: number, to: RedisServer): Promise<void>;
  /** All three, as redis-cli does it. */
  moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
}

const masters = 3;
const slots = 16_384;

/** A real Cluster of three masters with a replica each, put together by hand because redis-cli takes its time. */
export async function startCluster({
  settings = [],
  password,
  nodeTimeout = 2000,
}: ClusterOptions = {}): Promise<RedisCluster> {
  const busPorts = new Map<RedisServer, number>();
  const startNode = async () => {
    const busPort = await findFreePort();
    const server = await startRedis({
      cluster: true,
      ...(password && { password }),
      settings: [
        `cluster-port ${busPort}`,
        `cluster-node-timeout ${nodeTimeout}`,
        'cluster-replica-validity-factor 0',
        'cluster-migration-barrier 100',
        'repl-diskless-sync-delay 0',
        'repl-ping-replica-period 1',
        ...(password ? [`masterauth ${password}`] : []),
        ...settings,
      ],
    });
    busPorts.set(server, busPort);
    return server;
  };
  const servers = await Promise.all(Array.from({ length: masters * 2 }, startNode));
  const [first] = servers as [RedisServer];

  const meet = (server: RedisServer) =>
    askRedis(server, (redis) =>
      redis.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(busPorts.get(first))),
    );

  for (const [index, server] of servers.entries()) {
    await askRedis(server, (redis) => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)));
    if (index > 0) await meet(server);
    if (index >= masters) continue;
    const from = Math.ceil((slots / masters) * index);
    const to = Math.ceil((slots / masters) * (index + 1)) - 1;
    await askRedis(server, (redis) => redis.cluster('ADDSLOTSRANGE', from, to));
  }
  await Promise.all(servers.map((server) => untilKnown(server, servers.length)));
  await Promise.all(
    servers.slice(masters).map(async (replica, index) => {
      const id = await idOf(servers[index] as RedisServer);
      await askRedis(replica, (redis) => redis.cluster('REPLICATE', id));
    }),
  );
  await Promise.all(servers.map(untilUp));
  const untilWhole = () =>
    poll('each master has a replica in step and all nodes know it', 60_000, async () => {
      const views = await Promise.all(servers.map((server) => seesAllWell(server).catch(() => false)));
      return views.every(Boolean);
    });
  await untilWhole();

  async function beginMove(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    const [source, target] = [await idOf(from), await idOf(to)];
    await askRedis(to, (redis) => redis.call('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', source));
    await askRedis(from, (redis) => redis.call('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target));
  }

  async function endMove(slot: number, to: RedisServer): Promise<void> {
    const target = await idOf(to);
    for (const server of [to, ...servers.filter((other) => other !== to)]) {
      const settle = (redis: Redis) => redis.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', target);
      // Replicas and nodes that are down learn it by themselves.
      await askRedis(server, settle).catch(() => {});
    }
  }

  return {
    url: `redis-cluster://${password ? `:${password}@` : ''}${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    async addMaster() {
      const server = await startNode();
      servers.push(server);
      await meet(server);
      await Promise.all(servers.map((known) => untilKnown(known, servers.length)));
      await untilUp(server);
      return server;
    },
    untilWhole,
    async ownerOf(slot) {
      const port = await askRedis(first, async (redis) => {
        const ranges = await redis.cluster('SLOTS');
        return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
      });
      return servers.find((server) => server.port === port) as RedisServer;
    },
    beginMove,
    moveKeys: (slot, from, to) => moveKeys({ slot, from, to, password }),
    endMove,
    async moveSlot(slot, from, to) {
      await beginMove(slot, from, to);
      await moveKeys({ slot, from, to, password });
      await endMove(slot, to);
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function moveKeys({
  slot,
  from,
  to,
  password,
}: {
  slot: number;
  from: RedisServer;
  to: RedisServer;
  password: string | undefined;
}): Promise<void> {
  const login = password ? ['AUTH', password] : [];
  await askRedis(from, async (redis) => {
    for (;;) {
      const keys = await redis.cluster('GETKEYSINSLOT', slot, 20);
      if (keys.length === 0) return;
      await redis.call('MIGRATE', '127.0.0.1', String(to.port), '', '0', '2000', ...login, 'KEYS', ...keys);
    }
  });
}

function idOf(server: RedisServer): Promise<string> {
  return askRedis(server, async (redis) => String(await redis.call('CLUSTER', 'MYID')));
}

function untilKnown(server: RedisServer, count: number): Promise<void> {
  return poll('the nodes know each other', 60_000, async () => {
    const nodes = await askRedis(server, listNodes);
    return nodes.length >= count && !nodes.some(({ flags }) => flags.includes('handshake'));
  });
}

function untilUp(server: RedisServer): Promise<void> {
  return poll('the Cluster is up', 60_000, () => askRedis(server, isUp));
}

async function isUp(redis: Redis): Promise<boolean> {
  return (await redis.cluster('INFO')).includes('cluster_state:ok');
}

function seesAllWell(server: RedisServer): Promise<boolean> {
  return askRedis(server, async (redis) => {
    const nodes = await listNodes(redis);
    const replication = await redis.info('replication');
    return (
      (await isUp(redis)) &&
      // Further flags would say that a node has failed, or is thought to have.
      nodes.every(
        ({ flags, link }) => /^(?:myself,)?(?:master|slave)$/.test(flags) && link === 'connected',
      ) &&
      /state=online|master_link_status:up/.test(replication)
    );
  });
}

/** The node's own view of all of them. */
async function listNodes(redis: Redis): Promise<{ flags: string; link: string }[]> {
  const text = String(await redis.cluster('NODES'));
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [, , flags = '', , , , , link = ''] = line.split(' ');
      return { flags, link };
    });
}
