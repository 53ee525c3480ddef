import { Redis } from 'ioredis';

/**
 * An operator's own connection to one server. A server that hangs takes connections all the same: each command has an end,
 * later than a busy machine needs.
 */
export async function askRedis<T>({ url }: { url: string }, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null, connectTimeout: 20_000, commandTimeout: 20_000 });
  redis.on('error', () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
