import { expect, test } from '@jest/globals';
import { askRedis } from '../support/ask-redis.ts';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { pause } from '../support/fault-run.ts';
import { poll } from '../support/poll.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinels } from '../support/redis-sentinel.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { authorizationUrl, authorizeSilently, signIn } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const storeTimeout = 4000;

describeWith('redis-server', () => {
  const started = atEnd();

  async function startOne() {
    const redis = started(await startRedis());
    return { url: redis.url, masters: [redis] };
  }

  async function startWithSentinels() {
    const sentinels = started(await startSentinels());
    return { url: sentinels.url, masters: [await sentinels.master()] };
  }

  async function startOnCluster() {
    const cluster = started(await startCluster());
    return { url: cluster.url, masters: cluster.servers.slice(0, 3) };
  }

  test.each([
    ['one server', startOne],
    ['Sentinel', startWithSentinels],
    ['Cluster', startOnCluster],
  ])(
    '49 on %s, a process that stood still for longer than store_timeout hears what was answered meanwhile',
    async (_, start) => {
      const { url, masters } = await start();
      const parley = started(await spawnParley({ store: url, serverYaml: { store_timeout: storeTimeout } }));
      const request = () => authorizationUrl(webClient(parley));
      const signedIn = new Visitor(parley.fetch);
      await signIn(signedIn, request(), dana);

      await tell(masters, 'PAUSE', '60000', 'WRITE');
      const answers = Promise.all(
        Array.from({ length: 10 }, () => authorizeSilently(signedIn.clone(), request())),
      );
      await poll('commands have arrived', 30_000, async () => (await countHeld(masters)) > 0);
      parley.signal('SIGSTOP');
      await tell(masters, 'UNPAUSE');
      await poll('all that arrived is answered', 30_000, async () => (await countHeld(masters)) === 0);
      await pause(storeTimeout + 500);
      parley.signal('SIGCONT');

      for (const answer of await answers) expect([...answer.keys()]).toContain('code');
      expect(parley.stdout()).not.toMatch(/request failed|not reachable/);
    },
  );
});

async function tell(servers: readonly RedisServer[], ...words: string[]): Promise<void> {
  for (const server of servers) await askRedis(server, (redis) => redis.call('CLIENT', ...words));
}

/** Connections of clients whose commands the servers have taken and hold back. */
async function countHeld(servers: readonly RedisServer[]): Promise<number> {
  const lists = await Promise.all(
    servers.map((server) => askRedis(server, (redis) => redis.call('CLIENT', 'LIST', 'TYPE', 'normal'))),
  );
  return lists.join('\n').match(/ flags=\w*b/g)?.length ?? 0;
}
