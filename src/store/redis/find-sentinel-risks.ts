import { Redis } from 'ioredis';
import type { HostAddress, RedisAddress } from './redis-url.ts';
import { reasonOf } from './unavailable.ts';

/** Milliseconds. A Sentinel connects to whatever it watches once a second at most, also to a master that is new. */
const shortestDownAfter = 2000;

/** The settings of Sentinels with which a failover takes longer than it must, one sentence each (docs/scale-out.md). */
export async function findSentinelRisks(
  address: Extract<RedisAddress, { kind: 'sentinel' }>,
  timeout: number,
): Promise<string[]> {
  const found = await Promise.all(
    address.sentinels.map(async (sentinel) => {
      try {
        return risksOf(await readDownAfter(sentinel, address, timeout));
      } catch (error) {
        return `Sentinel ${sentinel.host}:${sentinel.port} does not say how it is set up (${reasonOf(error)})`;
      }
    }),
  );
  return [...new Set(found.flat())];
}

function risksOf(downAfter: number): string[] {
  // Not a number where a Sentinel does not say.
  if (Number.isNaN(downAfter) || downAfter >= shortestDownAfter) return [];
  return [
    `A Sentinel gives a master up after ${downAfter} ms, and may give up a new one before it has connected to it; set down-after-milliseconds ${shortestDownAfter} or more`,
  ];
}

/** What the library knows of Sentinels are the connections that it keeps to itself. */
async function readDownAfter(
  { host, port }: HostAddress,
  { master, sentinel, tls }: Extract<RedisAddress, { kind: 'sentinel' }>,
  timeout: number,
): Promise<number> {
  const client = new Redis({
    host,
    port,
    ...sentinel,
    ...(tls && { tls: {} }),
    connectTimeout: timeout,
    commandTimeout: timeout,
    retryStrategy: null,
  });
  client.on('error', () => {});
  try {
    const fields = (await client.call('SENTINEL', 'MASTER', master)) as string[];
    return Number(fields[fields.indexOf('down-after-milliseconds') + 1]);
  } finally {
    client.disconnect();
  }
}
