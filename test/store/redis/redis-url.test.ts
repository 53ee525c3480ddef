import { describe, expect, test } from '@jest/globals';
import { readRedisUrl } from '../../../src/store/redis/redis-url.ts';

const local = (port: number) => ({ host: '127.0.0.1', port });

describe('the address of a Redis store', () => {
  test.each([
    ['redis://cache.example', { host: { host: 'cache.example', port: 6379 }, db: 0 }],
    ['redis://cache.example:7000/3', { host: { host: 'cache.example', port: 7000 }, db: 3 }],
    ['redis://[::1]:7000/', { host: { host: '::1', port: 7000 } }],
    ['redis://:p%40ss%2Fword@h', { credentials: { password: 'p@ss/word' } }],
    ['redis://name@h', { credentials: { username: 'name' } }],
    ['rediss://name:secret@h', { credentials: { username: 'name', password: 'secret' }, tls: true }],
  ])('%s names one server', (url, parts) => {
    expect(readRedisUrl(url)).toMatchObject({ kind: 'single', tls: false, ...parts });
  });

  test.each([
    [
      'redis-sentinel://127.0.0.1:1,127.0.0.1:2/main',
      { sentinels: [local(1), local(2)], master: 'main', db: 0, credentials: {}, sentinel: {} },
    ],
    [
      'redis-sentinel://a/my%20master/2',
      { sentinels: [{ host: 'a', port: 6379 }], master: 'my master', db: 2 },
    ],
    [
      'rediss-sentinel://app:p%2Cw@[::1]:26379/main?sentinel_username=watch&sentinel_password=s%26t',
      {
        sentinels: [{ host: '::1', port: 26379 }],
        credentials: { username: 'app', password: 'p,w' },
        sentinel: { username: 'watch', password: 's&t' },
        tls: true,
      },
    ],
  ])('%s names Sentinels', (url, parts) => {
    expect(readRedisUrl(url)).toMatchObject({ kind: 'sentinel', tls: false, ...parts });
  });

  test.each([
    ['redis-cluster://a', { nodes: [{ host: 'a', port: 6379 }], credentials: {} }],
    ['redis-cluster://127.0.0.1:1,127.0.0.1:2/', { nodes: [local(1), local(2)] }],
    [
      'rediss-cluster://:secret@a:7000',
      { nodes: [{ host: 'a', port: 7000 }], credentials: { password: 'secret' }, tls: true },
    ],
  ])('%s names nodes of a Cluster', (url, parts) => {
    expect(readRedisUrl(url)).toMatchObject({ kind: 'cluster', tls: false, ...parts });
  });

  test.each([
    'redis://name:secret@h:notaport',
    'redis://:secret@',
    'redis://:secret@h/database',
    'redis://:secret@h?enableOfflineQueue=true',
    'redis://:secret@a,b',
    'redis://:secret@h#part',
    'http://:secret@h',
    'redis:secret',
    'redis://:sec%zzret@h',
    'redis://a:secret:b@h',
    'redis-sentinel://:secret@a',
    'redis-sentinel://:secret@a/main/secret',
    'redis-sentinel://:secret@a,/main',
    'redis-sentinel://:secret@a/main?role=slave',
    'redis-sentinel://a/main?sentinel_password=secret&sentinel_password=other',
    'redis-cluster://:secret@a/2',
    'redis-cluster://:secret@a,b:port',
    'redis-cluster://:secret@a?natMap=secret',
    'redis-other://:secret@a',
    '',
  ])('%p is refused without being repeated', (url) => {
    const read = () => readRedisUrl(url);
    expect(read).toThrow(/must look like redis(-sentinel|-cluster)?:\/\//);
    expect(read).not.toThrow(/secret(?!_)|zzret|notaport|natMap/);
  });
});
