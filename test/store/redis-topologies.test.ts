import { createRedisStore } from '../../src/store/redis-store.ts';
import { describeStoreContract, type StoreHarness } from '../contract/store-contract.ts';
import { askRedis } from '../support/ask-redis.ts';
import { describeWith } from '../support/availability.ts';
import { poll } from '../support/poll.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinels } from '../support/redis-sentinel.ts';
import type { RedisTopology } from '../support/redis-server.ts';

/** Milliseconds: nothing is away here, and what is late is the machine. */
const patient = 20_000;

/** With replicas, and waiting for them: what a scaled deployment runs on. */
function harnessOf(start: () => Promise<RedisTopology>): StoreHarness {
  let topology: RedisTopology;
  const open = () => createRedisStore({ url: topology.url, timeout: patient });
  return {
    async start() {
      topology = await start();
    },
    stop: () => topology.stop(),
    async createStore() {
      // A replica refuses, and follows its master.
      await Promise.all(
        topology.servers.map((server) => askRedis(server, (redis) => redis.flushall()).catch(() => {})),
      );
      return open();
    },
    async reopen(store) {
      await store.close();
      return open();
    },
    async expire(seconds) {
      const end = Date.now() + seconds * 1000 + 20;
      await poll('time passes', seconds * 1000 + 5000, () => Date.now() > end);
    },
  };
}

describeWith('redis-server', () => {
  describeStoreContract(
    'the store on Redis Sentinel',
    harnessOf(() => startSentinels({ downAfter: patient })),
  );
  describeStoreContract(
    'the store on Redis Cluster',
    harnessOf(() => startCluster({ nodeTimeout: patient })),
  );
});
