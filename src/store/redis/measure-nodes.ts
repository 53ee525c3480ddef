import type { Redis } from 'ioredis';
import type { StoreSize } from '../contract.ts';
import type { Connection } from './connection.ts';
import { asUnavailable } from './unavailable.ts';

/** Of a Cluster the node that is nearest to its limit, or else the largest: the first that refuses writes. */
export async function measureNodes({ masters }: Pick<Connection, 'masters'>): Promise<StoreSize> {
  try {
    const sizes = await Promise.all((await masters()).map(measureNode));
    return sizes.reduce((fullest, size) => (fullness(size) > fullness(fullest) ? size : fullest));
  } catch (error) {
    throw asUnavailable(error);
  }
}

async function measureNode(redis: Redis): Promise<StoreSize> {
  const text = await redis.info('memory');
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const limit = read('maxmemory');
  return { used: read('used_memory'), ...(limit > 0 && { limit }) };
}

/** Sizes without a limit are compared by themselves, and come after every share of one. */
function fullness({ used, limit }: StoreSize): number {
  return limit === undefined ? used / Number.MAX_SAFE_INTEGER : used / limit;
}
