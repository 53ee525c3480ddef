import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { BrandStore } from '../../src/store/contract.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import { createRedisStore } from '../../src/store/redis-store.ts';
import { askRedis } from '../support/ask-redis.ts';
import { describeWith } from '../support/availability.ts';
import { startRedis } from '../support/redis-server.ts';

/**
 * What version 1 wrote, frozen. A release that cannot read it, or writes what this could not read, must carry another
 * version (docs/redis-keys.md): these texts are never adapted.
 */

const far = 9_000_000_000_000;

const embeddedV1 = `
CREATE TABLE records (
  brand TEXT NOT NULL, model TEXT NOT NULL, id TEXT NOT NULL,
  payload TEXT, uid TEXT, user_code TEXT, grant_id TEXT,
  consumed_seconds INTEGER, expires_at INTEGER NOT NULL,
  UNIQUE (brand, model, id)
) STRICT;
CREATE TABLE members (
  brand TEXT NOT NULL, name TEXT NOT NULL, member TEXT NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name, member)
) STRICT;
CREATE TABLE counters (
  brand TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name)
) STRICT;
CREATE TABLE locks (
  brand TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name)
) STRICT;
CREATE TABLE not_before (
  brand TEXT NOT NULL, account_id TEXT NOT NULL, epoch_seconds INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, account_id)
) STRICT;
CREATE TABLE links (
  brand TEXT NOT NULL, platform TEXT NOT NULL, account_id TEXT NOT NULL, link TEXT NOT NULL,
  UNIQUE (brand, platform, account_id)
) STRICT;
PRAGMA user_version = 1;
INSERT INTO records VALUES ('acme', 'Session', 's', '{"uid":"u","jti":"s","kind":"Session"}', 'u', NULL, NULL, NULL, ${far});
INSERT INTO records VALUES ('acme', 'Session', 'ended', NULL, NULL, NULL, NULL, NULL, ${far});
INSERT INTO records VALUES ('acme', 'AuthorizationCode', 'spent', '{"grantId":"g"}', NULL, NULL, 'g', 1700000000, ${far});
INSERT INTO members VALUES ('acme', 'grants:u', 'g', ${far});
INSERT INTO counters VALUES ('acme', 'attempts', 3, ${far});
INSERT INTO not_before VALUES ('acme', 'dana', 1000, ${far});
INSERT INTO links VALUES ('acme', 'livechat', 'dana', '{"customer":"x"}');
`;

const redisV1: string[][] = [
  ['SET', 'parley:1:acme:record:Session:s', '~{"uid":"u"}'],
  ['SET', 'parley:1:acme:uid:Session:u', 's'],
  ['SET', 'parley:1:acme:record:Session:ended', '-'],
  ['SET', 'parley:1:acme:record:AuthorizationCode:spent', '1700000000{"grantId":"g"}'],
  ['ZADD', 'parley:1:acme:grant:g', String(far), 'AuthorizationCode:spent'],
  ['ZADD', 'parley:1:acme:set:grants:u', String(far), 'g'],
  ['SET', 'parley:1:acme:counter:attempts', '3'],
  ['SET', 'parley:1:acme:not-before:dana', '1000'],
  ['SET', 'parley:1:acme:link:livechat:dana', '{"customer":"x"}'],
  ['ZADD', 'parley:1:acme:links', '0', 'livechat:dana'],
];

async function expectVersion1(brand: BrandStore): Promise<void> {
  expect(await brand.findByUid('Session', 'u')).toEqual({ uid: 'u', jti: 's', kind: 'Session' });
  expect(await brand.upsert('Session', 'ended', {}, 60)).toBe('dropped');
  expect(await brand.find('AuthorizationCode', 'spent')).toEqual({ grantId: 'g', consumed: 1_700_000_000 });
  expect(await brand.consume('AuthorizationCode', 'spent')).toBe('lost');
  expect(await brand.members('grants:u')).toEqual(['g']);
  expect(await brand.increment('attempts', 60)).toBe(4);
  expect(await brand.notBefore('dana')).toBe(1000);
  expect(await brand.findLink('livechat', 'dana')).toEqual({ customer: 'x' });
  expect((await brand.listLinks({ limit: 2 })).links).toHaveLength(1);
  await brand.revokeGrant('g');
  expect(await brand.find('AuthorizationCode', 'spent')).toBeUndefined();
}

describe('what version 1 of the layout wrote is read', () => {
  test('from the embedded store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-v1-'));
    const database = new DatabaseSync(join(folder, 'parley.db'));
    database.exec(embeddedV1);
    database.close();
    const store = createEmbeddedStore({ folder });
    await expectVersion1(store.forBrand('acme'));
    await store.close();
    rmSync(folder, { recursive: true });
  });

  describeWith('redis-server', () => {
    test('from Redis', async () => {
      const redis = await startRedis();
      await askRedis(redis, async (admin) => {
        for (const [name = '', ...args] of redisV1) await admin.call(name, ...args);
      });
      const store = createRedisStore({ url: redis.url, timeout: 20_000, layout: 1 });
      await expectVersion1(store.forBrand('acme'));
      await store.close();
      await redis.stop();
    });

    test('and written as it was, where a release that knows no other runs beside this one', async () => {
      const redis = await startRedis();
      const store = createRedisStore({ url: redis.url, timeout: 20_000, layout: 1 });
      const brand = store.forBrand('acme');
      const token = { jti: 't', kind: 'AccessToken', grantId: 'g' };
      await brand.upsert('AccessToken', 't', token, 60);
      await brand.upsert('Session', 's', { jti: 's', kind: 'Session', uid: 'u' }, 60);
      const read = (key: string) => askRedis(redis, (admin) => admin.get(`parley:1:acme:${key}`));
      expect(await read('record:AccessToken:t')).toBe('~{"grantId":"g"}');
      expect(await read('record:Session:s')).toBe('~{"uid":"u"}');
      expect(await read('uid:Session:u')).toBe('s');
      expect(await askRedis(redis, (admin) => admin.zrange('parley:1:acme:grant:g', 0, '-1'))).toEqual([
        'AccessToken:t',
      ]);
      await store.close();
      await redis.stop();
    });
  });
});
