import type { RedisOptions } from 'ioredis';

type RedisAddress = Pick<RedisOptions, 'host' | 'port' | 'db' | 'username' | 'password' | 'tls'>;

/**
 * Reads `redis://[name[:password]@]host[:port][/database]`; `rediss:` means TLS. Read here and not by the
 * client library, which would take any of its options from the query and repeat the address in its errors.
 */
export function readRedisUrl(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = /^\/?(\d*)$/.exec(url?.pathname ?? '')?.[1];
  const username = decode(url?.username);
  const password = decode(url?.password);
  const complete =
    url?.hostname && database !== undefined && username !== undefined && password !== undefined;
  if (!complete || !/^rediss?:$/.test(url.protocol) || url.search) {
    throw new Error(
      'The store address must look like redis://[name[:password]@]host[:port][/database] (or rediss://).',
    );
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
    db: Number(database),
    ...(username && { username }),
    ...(password && { password }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
  };
}

function decode(text = ''): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
