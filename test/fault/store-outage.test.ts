import { expect, test } from '@jest/globals';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { findFreePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { authorizationUrl, authorizeSilently, exchange } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { expectExplainingLog, expectOutage, expectRecovery, prepareOutage } from '../support/store-outage.ts';
import { webClient } from '../support/web-client.ts';

const password = 'redis-pass-word-of-the-tests';

describeWith('redis-server', () => {
  const started = atEnd();

  test('49 Redis frozen: 503 within 3 s; thawed: everything goes on without a restart', async () => {
    const redis = started(await startRedis({ password }));
    const parley = started(await spawnParley({ store: redis.url }));
    const before = await prepareOutage(parley);
    redis.pause();
    await expectOutage(parley, before);
    redis.resume();
    await expectRecovery(parley);
    const answer = await authorizeSilently(before.signedIn, authorizationUrl(webClient(parley)));
    expect(answer.get('code')).toBeTruthy();
    expectExplainingLog(parley, [password, before.code]);
  });

  test('49 Redis down at the start: Parley starts, is alive and not ready, and recovers', async () => {
    const port = await findFreePort();
    const store = `redis://:${password}@127.0.0.1:${port}`;
    const parley = started(await spawnParley({ store, until: '/healthz' }));
    expect((await parley.fetch(`${parley.issuer}/readyz`)).status).toBe(503);
    expect((await parley.fetch(`${parley.issuer}/jwks`)).status).toBe(200);
    expect((await parley.fetch(authorizationUrl(webClient(parley)))).status).toBe(503);
    started(await startRedis({ port, password }));
    await expectRecovery(parley);
    expectExplainingLog(parley, [password]);
  });

  test('49 Redis restarted empty: sign-ins are gone, nobody gets a server error, new ones work', async () => {
    const redis = started(await startRedis());
    const parley = started(await spawnParley({ store: redis.url }));
    const before = await prepareOutage(parley);
    await redis.kill();
    await redis.restart();
    await expectRecovery(parley);
    const web = webClient(parley);
    expect((await authorizeSilently(before.signedIn, authorizationUrl(web))).get('error')).toBe(
      'login_required',
    );
    expect((await exchange(web, before.code)).body.error).toBe('invalid_grant');
    const { visitor, action, form } = before.waiting;
    expect((await visitor.post(action, form)).status).toBe(400);
  });

  test('49 Redis comes and goes ten times: each time the answers stop and come back', async () => {
    const redis = started(await startRedis({ aof: true }));
    const parley = started(await spawnParley({ store: redis.url }));
    const { signedIn } = await prepareOutage(parley);
    const request = () => authorizationUrl(webClient(parley));
    for (let round = 0; round < 10; round += 1) {
      await redis.kill();
      expect((await signedIn.clone().get(request())).status).toBe(503);
      await redis.restart();
      await expectRecovery(parley);
      expect((await authorizeSilently(signedIn, request())).get('code')).toBeTruthy();
    }
  });
});
