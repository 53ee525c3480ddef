import { Cluster, Command, Redis } from 'ioredis';
import { clientOptions, retryDelay } from './client-options.ts';
import type { Delivery } from './command.ts';
import { expectAnswers } from './expect-answers.ts';
import type { Lane } from './lane.ts';
import type { HostAddress, RedisAddress } from './redis-url.ts';
import type { Watch } from './watch.ts';

export type ClusterAddress = Extract<RedisAddress, { kind: 'cluster' }>;

const mostRedirections = 5;

/**
 * The masters of a Cluster. The library keeps the map of slots and the connections; redirections are followed here,
 * because a write and the WAIT behind it must reach one connection, and because the library would send a command
 * again whose connection broke: a code that it consumed the first time would look stolen the second.
 */
export function openClusterLane(address: ClusterAddress, timeout: number, watch: Watch): Lane {
  const cluster = new Cluster(address.nodes, {
    redisOptions: clientOptions(address, timeout),
    clusterRetryStrategy: retryDelay,
    // Several nodes that hang may be asked for the map before one that answers.
    slotsRefreshTimeout: Math.ceil(timeout / 3),
    enableOfflineQueue: false,
    // Names stay names, or a certificate for them would not fit.
    dnsLookup: (name, answer) => answer(null, name),
  });
  cluster.on('+node', (node: Redis) => expectAnswers(node, timeout));
  cluster.on('error', watch.lost);
  cluster.on('node error', watch.lostNode);
  cluster.on('close', () => watch.lost());
  cluster.on('ready', watch.connected);
  const strangers = new Map<string, Redis>();
  const settled = atMost(timeout, (done) => {
    cluster.once('ready', done);
    cluster.once('close', done);
  });
  const refresh = () => atMost(timeout, (done) => cluster.refreshSlotsCache(done));

  function findNode(node: string | undefined): Redis | undefined {
    return cluster.nodes().find(({ options }) => `${options.host}:${options.port}` === node);
  }

  /** A node that owns no slot yet is not on the map, but keys are already moving there. */
  function nodeAt({ host, port }: HostAddress): Redis {
    const name = `${host}:${port}`;
    const known = findNode(name) ?? strangers.get(name);
    if (known && known.status !== 'end') return known;
    const stranger = new Redis({ ...clientOptions(address, timeout), host, port, retryStrategy: () => null });
    expectAnswers(stranger, timeout);
    stranger.on('error', (error) => watch.lostNode(error, name));
    strangers.set(name, stranger);
    return stranger;
  }

  async function loadOwner(slot: number): Promise<Redis> {
    const owner = findNode(cluster.slots[slot]?.[0]);
    if (owner) return owner;
    await refresh();
    const found = findNode(cluster.slots[slot]?.[0]);
    if (!found) throw new Error('Connection is closed.');
    return found;
  }

  return {
    async send(key, work) {
      await settled;
      const slot = new Command('get', [key]).getSlot();
      let node = await loadOwner(slot);
      let how: Delivery = {};
      for (let step = 0; ; step += 1) {
        try {
          return await work(node, how);
        } catch (error) {
          const redirection = step < mostRedirections ? readRedirection(error) : undefined;
          if (redirection?.kind !== 'ASK') void refresh();
          if (!redirection) throw error;
          node = redirection.to.host ? nodeAt(redirection.to) : node;
          how = { asking: redirection.kind === 'ASK' };
        }
      }
    },
    async masters() {
      await settled;
      return cluster.nodes('master');
    },
    async close() {
      for (const stranger of strangers.values()) stranger.disconnect();
      if (cluster.status === 'ready') await atMost(timeout, (done) => void cluster.quit(done));
      cluster.disconnect();
    },
  };
}

/** `MOVED 3999 127.0.0.1:6381`: the map is old. `ASK …`: this key has gone ahead of its slot. */
function readRedirection(error: unknown): { kind: string; to: HostAddress } | undefined {
  const message = error instanceof Error ? error.message : '';
  const [, kind, host, port] = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(message) ?? [];
  return kind ? { kind, to: { host: host ?? '', port: Number(port) } } : undefined;
}

/** Resolves when the work calls back, or after so many milliseconds. */
function atMost(milliseconds: number, work: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds).unref();
    work(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
