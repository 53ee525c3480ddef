import type { Redis } from 'ioredis';
import type { Log } from '../../log.ts';
import { openClusterLane } from './cluster-lane.ts';
import { type Command, isUnknownScript } from './command.ts';
import { type CommitGroup, createCommitGroup, type ReplicaWait } from './commit-group.ts';
import { findSentinelRisks } from './find-sentinel-risks.ts';
import { gatherWrites } from './gather-writes.ts';
import type { Lane } from './lane.ts';
import { readRedisUrl, type RedisAddress } from './redis-url.ts';
import { openSingleLane } from './single-lane.ts';
import { asUnavailable } from './unavailable.ts';
import { createWatch } from './watch.ts';

export interface ConnectionOptions {
  url: string;
  /** Milliseconds for which a connection on which commands wait may give no answer. */
  timeout: number;
  /** 'auto', the default: for one replica where the address names Sentinels or a Cluster. */
  wait?: ReplicaWait | 'auto' | 'off';
  log?: Pick<Log, 'info' | 'warn'>;
  /** Told of each command that is sent. */
  onCommand?: (() => void) | undefined;
}

export interface Connection {
  /** Rejects with ParleyError('store_unavailable') and nothing else. */
  run<T>(command: Command<T>): Promise<T>;
  /** For what must outlive its node: also rejects with ParleyError('store_unconfirmed'), when no replica has it in time. */
  commit<T>(command: Command<T>): Promise<T>;
  /** The nodes that take writes, for what is not about one key. */
  masters(): Promise<Redis[]>;
  /** How the Sentinels are set up, where there are any. */
  findSentinelRisks(): Promise<string[]>;
  /** What commit waits for. */
  wait: ReplicaWait | undefined;
  /** Whatever is sent, commits too, goes to one server, which carries it out in the order in which it was sent. */
  isOneLine: boolean;
  close(): Promise<void>;
}

/** Connections that refuse at once while Redis is away and come back by themselves. */
export function connect({
  url,
  timeout,
  wait: wanted = 'auto',
  log,
  onCommand,
}: ConnectionOptions): Connection {
  const address = readRedisUrl(url);
  const wait = chooseWait(address, wanted, timeout);
  const watch = createWatch(log);
  const lane = openLane(address, timeout, watch);
  const waiting = wait && openLane(address, timeout, createWatch());
  const groups = new WeakMap<Redis, CommitGroup>();

  function groupOf(redis: Redis, settings: ReplicaWait): CommitGroup {
    const group = groups.get(redis) ?? createCommitGroup(redis, settings);
    groups.set(redis, group);
    return group;
  }

  const deliver = <T>(command: Command<T>, withText: boolean) =>
    lane.send(command.key, (redis, how) => {
      gatherWrites(redis);
      return command.send(redis, withText ? { ...how, withText } : how);
    });

  function run<T>(command: Command<T>): Promise<T> {
    onCommand?.();
    return sendTwice(command, deliver);
  }

  function commit<T>(command: Command<T>): Promise<T> {
    if (!waiting) return run(command);
    onCommand?.();
    return sendTwice(command, (again, withText) =>
      waiting.send(again.key, (redis, how) =>
        groupOf(redis, wait).add(() => again.send(redis, withText ? { ...how, withText } : how)),
      ),
    );
  }

  return {
    run,
    commit,
    masters: () => lane.masters(),
    findSentinelRisks: async () => (address.kind === 'sentinel' ? findSentinelRisks(address, timeout) : []),
    wait,
    isOneLine: !wait && address.kind !== 'cluster',
    async close() {
      watch.close();
      await Promise.all([lane.close(), waiting?.close()]);
    },
  };
}

function chooseWait(
  { kind }: RedisAddress,
  wanted: NonNullable<ConnectionOptions['wait']>,
  timeout: number,
): ReplicaWait | undefined {
  // Redis must give up before the command does.
  const oneReplica = { replicas: 1, timeout: Math.min(500, Math.ceil(timeout / 2)) };
  if (wanted === 'auto') return kind === 'single' ? undefined : oneReplica;
  return wanted === 'off' ? undefined : wanted;
}

function openLane(address: RedisAddress, timeout: number, watch: ReturnType<typeof createWatch>): Lane {
  return address.kind === 'cluster'
    ? openClusterLane(address, timeout, watch)
    : openSingleLane(address, timeout, watch);
}

/** Scripts are known by their hash; a node that was restarted or flushed is sent the text once. */
async function sendTwice<T>(
  command: Command<T>,
  deliver: (command: Command<T>, withText: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await deliver(command, false);
  } catch (error) {
    if (!isUnknownScript(error)) throw asUnavailable(error);
  }
  try {
    return await deliver(command, true);
  } catch (error) {
    throw asUnavailable(error);
  }
}
