import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askRedis } from '../../support/ask-redis.ts';
import { describeWith } from '../../support/availability.ts';
import { poll } from '../../support/poll.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  refresh,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 48: a conversation that goes on for days costs the store no more than its living tokens. */
describeWith('redis-server', () => {
  let redis: RedisServer;
  let parley: RunningParley;
  beforeAll(async () => {
    redis = await startRedis();
    parley = await startParley({
      store: redis.url,
      brands: [testBrand({ lifetimes: { access_token: 1, id_token: 1 } })],
    });
  });
  afterAll(async () => {
    await parley?.stop();
    await redis?.stop();
  });

  /** How many members the index of each grant has. */
  const sizes = () =>
    askRedis(redis, async (client) => {
      const keys = await client.keys('parley:2:acme:g*');
      return Promise.all(keys.map((key) => client.zcard(key)));
    });

  const accessTokens = () => askRedis(redis, (client) => client.keys('parley:2:acme:A*'));

  test('48 the index of a grant forgets tokens that have expired, and goes when the consumer signs out', async () => {
    const web = webClient(parley);
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), dana);
    const code = (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '';
    const { body } = await exchange(web, code);
    for (let round = 0; round < 15; round += 1)
      expect((await refresh(web, body.refresh_token)).status).toBe(200);
    await poll('all access tokens have expired', 20_000, async () => (await accessTokens()).length === 0);
    expect((await refresh(web, body.refresh_token)).status).toBe(200);
    const grants = await sizes();
    // The refresh token and the one access token that lives, among a few that are not worth a look; else it would be 18.
    expect(Math.max(...grants)).toBeGreaterThan(0);
    expect(Math.max(...grants)).toBeLessThan(10);

    const page = await visitor.get(`${parley.issuer}/session/end`);
    const { action, fields } = readForm(await page.text());
    await visitor.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });
    expect(await sizes()).toEqual([]);
    expect((await refresh(web, body.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('48 every key of a consumer has an end', async () => {
    const web = webClient(parley);
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), dana);
    for (let round = 0; round < 10; round += 1) await authorizeSilently(visitor, authorizationUrl(web));
    const endless = await askRedis(redis, async (client) => {
      const keys = await client.keys('parley:*');
      const ends = await Promise.all(keys.map(async (key) => [key, await client.pttl(key)] as const));
      return ends.filter(([, end]) => end < 0).map(([key]) => key);
    });
    expect(endless).toEqual([]);
  });
});
