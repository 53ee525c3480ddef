import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { poll } from '../support/poll.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { patient } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** What Parley has answered for, and must still know after a kill. */
interface Acknowledged {
  unused: string[];
  tokens: { access_token: string; refresh_token: string }[];
  used: string[];
}

/** Signs in silently and redeems every other code, in several tabs at once, until the process is gone. */
async function useUntilGone(parley: ParleyProcess, visitor: Visitor): Promise<Acknowledged> {
  const seen: Acknowledged = { unused: [], tokens: [], used: [] };
  const web = webClient(parley);
  const tab = async (): Promise<void> => {
    for (let turn = 0; ; turn += 1) {
      const code = (await authorizeSilently(visitor.clone(), authorizationUrl(web))).get('code');
      if (!code) return;
      if (turn % 2 === 0) {
        seen.unused.push(code);
        continue;
      }
      const { status, body } = await exchange(web, code);
      if (status !== 200) return;
      seen.tokens.push(body);
      seen.used.push(code);
    }
  };
  await Promise.allSettled([tab(), tab(), tab()]);
  return seen;
}

async function expectKept(parley: ParleyProcess, visitor: Visitor, seen: Acknowledged): Promise<void> {
  const web = webClient(parley);
  expect((await authorizeSilently(visitor.clone(), authorizationUrl(web))).get('code')).toBeTruthy();
  for (const code of seen.unused) expect((await exchange(web, code)).status).toBe(200);
  for (const { access_token, refresh_token } of seen.tokens) {
    expect(await userinfoStatus(web, access_token)).toBe(200);
    expect((await refresh(web, refresh_token)).status).toBe(200);
  }
  // Last, because a replay ends its conversation.
  for (const code of seen.used) expect((await exchange(web, code)).body.error).toBe('invalid_grant');
}

describe('54 kill -9 at any moment: what was acknowledged survives', () => {
  describe('Parley on the embedded store', () => {
    let parley: ParleyProcess;
    let visitor: Visitor;
    beforeAll(async () => {
      parley = await spawnParley();
      visitor = new Visitor(parley.fetch);
      await signIn(visitor, authorizationUrl(webClient(parley)), dana);
    });
    afterAll(() => parley?.stop());

    test('ten times, at different moments', async () => {
      let acknowledged = 0;
      for (let round = 0; round < 10; round += 1) {
        const use = useUntilGone(parley, visitor);
        const lines = parley.log().length;
        await poll('requests are running', 60_000, () => parley.log().length > lines + 4 + round * 3);
        await parley.kill();
        const seen = await use;
        acknowledged += seen.unused.length + seen.tokens.length;
        await parley.restart();
        await expectKept(parley, visitor, seen);
      }
      expect(acknowledged).toBeGreaterThan(20);
    });
  });

  describeWith('redis-server', () => {
    let parley: ParleyProcess;
    let redis: RedisServer;
    let visitor: Visitor;
    beforeAll(async () => {
      redis = await startRedis({ aof: true });
      parley = await spawnParley({ store: redis.url, serverYaml: patient });
      visitor = new Visitor(parley.fetch);
      await signIn(visitor, authorizationUrl(webClient(parley)), dana);
    });
    afterAll(async () => {
      await parley?.stop();
      await redis?.stop();
    });

    test('Redis with an append-only file, five times', async () => {
      let acknowledged = 0;
      for (let round = 0; round < 5; round += 1) {
        const use = useUntilGone(parley, visitor);
        const lines = parley.log().length;
        await poll('requests are running', 60_000, () => parley.log().length > lines + 6 + round * 4);
        await redis.kill();
        const seen = await use;
        acknowledged += seen.unused.length + seen.tokens.length;
        await redis.restart();
        await poll(
          'Parley is ready',
          30_000,
          async () => (await parley.fetch(`${parley.issuer}/readyz`)).status === 200,
        );
        await expectKept(parley, visitor, seen);
      }
      expect(acknowledged).toBeGreaterThan(10);
    });
  });
});
