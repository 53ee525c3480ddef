import { describe, expect, test } from '@jest/globals';
import { readRedisUrl } from '../../../src/store/redis/redis-url.ts';

describe('the address of a Redis store', () => {
  test.each([
    ['redis://cache.example', { host: 'cache.example', port: 6379, db: 0 }],
    ['redis://cache.example:7000/3', { host: 'cache.example', port: 7000, db: 3 }],
    ['redis://[::1]:7000/', { host: '::1', port: 7000, db: 0 }],
    ['redis://:p%40ss%2Fword@h', { host: 'h', port: 6379, db: 0, password: 'p@ss/word' }],
    [
      'rediss://name:secret@h',
      { host: 'h', port: 6379, db: 0, username: 'name', password: 'secret', tls: {} },
    ],
  ])('%s', (url, options) => {
    expect(readRedisUrl(url)).toEqual(options);
  });

  test.each([
    'redis://name:secret@h:notaport',
    'redis://:secret@',
    'redis://:secret@h/database',
    'redis://:secret@h?enableOfflineQueue=true',
    'http://:secret@h',
    'redis:secret',
    'redis://:sec%zzret@h',
    '',
  ])('%p is refused without being repeated', (url) => {
    const read = () => readRedisUrl(url);
    expect(read).toThrow(/must look like redis:\/\//);
    expect(read).not.toThrow(/secret|zzret|database$/);
  });
});
