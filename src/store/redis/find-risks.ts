import type { Redis } from 'ioredis';
import type { Connection } from './connection.ts';
import { reasonOf } from './unavailable.ts';

/**
 * The settings with which a Redis may lose or refuse what it was given, one sentence each (docs/operations.md). A server
 * that forbids the question is no fault: the sentence says what was not seen.
 */
export async function findRisks({
  masters,
  wait,
  findSentinelRisks,
}: Pick<Connection, 'masters' | 'wait' | 'findSentinelRisks'>): Promise<string[]> {
  const nodes = await masters();
  const found = await Promise.all([
    ...nodes.map((master) => findRisksOf(master, wait !== undefined)),
    findSentinelRisks(),
  ]);
  return [...new Set(found.flat())];
}

async function findRisksOf(redis: Redis, waits: boolean): Promise<string[]> {
  const [settings, replication] = await Promise.all([readSettings(redis), readReplicas(redis)]);
  return [
    ...(typeof settings === 'string'
      ? [
          `Redis does not say how it is set up (${settings}): see to appendonly yes and maxmemory-policy noeviction yourself`,
        ]
      : settingsRisks(settings, waits)),
    ...(typeof replication === 'number' ? replicaRisks(replication, waits) : []),
  ];
}

function settingsRisks(settings: Record<string, string>, waits: boolean): string[] {
  const { appendonly, 'maxmemory-policy': policy, 'min-replicas-to-write': minReplicas } = settings;
  return [
    ...(appendonly === 'no'
      ? ['Redis keeps no append-only file: a restart forgets every sign-in; set appendonly yes']
      : []),
    ...(policy !== undefined && policy !== 'noeviction'
      ? [
          `Redis may evict keys (maxmemory-policy ${policy}): an evicted tombstone or one-time id lets something be used twice; set noeviction`,
        ]
      : []),
    ...(waits && minReplicas === '0'
      ? [
          'Redis takes writes without any replica: what a lost master had taken meanwhile is gone; set min-replicas-to-write 1',
        ]
      : []),
  ];
}

function replicaRisks(replicas: number, waits: boolean): string[] {
  if (waits && replicas === 0)
    return [
      'A Redis master has no replica, so every sign-in waits in vain and fails: add one, or set store_wait: off',
    ];
  if (!waits && replicas > 0)
    return [
      'Redis has replicas and nothing waits for them: a failover may forget a code that was used or a consumer who signed out; set store_wait',
    ];
  return [];
}

async function readSettings(redis: Redis): Promise<Record<string, string> | string> {
  try {
    const names = ['appendonly', 'maxmemory-policy', 'min-replicas-to-write'];
    const answers = await Promise.all(names.map((name) => redis.config('GET', name)));
    const pairs = answers.map(([name = '', value = '']) => [name, value] as const);
    return Object.fromEntries(pairs.filter(([name]) => name !== ''));
  } catch (error) {
    return reasonOf(error);
  }
}

async function readReplicas(redis: Redis): Promise<number | undefined> {
  const text = await redis.info('replication').catch(() => '');
  const count = /^connected_slaves:(\d+)/m.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}
