import { Redis } from 'ioredis';

/** An operator's own connection to one server. */
export async function askRedis<T>({ url }: { url: string }, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null, connectTimeout: 2000 });
  redis.on('error', () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
