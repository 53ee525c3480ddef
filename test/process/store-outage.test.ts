import { expect, test } from '@jest/globals';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { startRedis } from '../support/redis-server.ts';
import { authorizationUrl, authorizeSilently, exchange } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { expectExplainingLog, expectOutage, expectRecovery, prepareOutage } from '../support/store-outage.ts';
import { webClient } from '../support/web-client.ts';

const password = 'redis-pass-word-of-the-tests';

describeWith('redis-server', () => {
  const started = atEnd();

  test('49 Redis killed: 503 within 3 s and never a hang; back: sessions, codes and sign-ins go on without a restart', async () => {
    const redis = started(await startRedis({ aof: true, password }));
    const parley = started(await spawnParley({ store: redis.url }));
    const before = await prepareOutage(parley);
    await redis.kill();
    await expectOutage(parley, before);
    await redis.restart();
    await expectRecovery(parley);

    const web = webClient(parley);
    expect((await exchange(web, before.code)).status).toBe(200);
    expect((await authorizeSilently(before.signedIn, authorizationUrl(web))).get('code')).toBeTruthy();
    const { visitor, action, form } = before.waiting;
    const landed = await visitor.follow(await visitor.post(action, form), parley.issuer);
    expect(landed.url.searchParams.get('code')).toBeTruthy();
    expectExplainingLog(parley, [password, before.code, form['password'] ?? '']);
  });
});
