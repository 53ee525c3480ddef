/** Redis as it comes: snapshots now and then, no append-only file (redis.conf of Redis 7). */
export const redisDefaults = { settings: ['save 3600 1 300 100 60 10000'] };
