import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '../../src/store/contract.ts';
import { createRedisStore } from '../../src/store/redis-store.ts';
import { describeWith } from '../support/availability.ts';
import { type LoadReport, startLoad } from '../support/load.ts';
import { poll } from '../support/poll.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { type RedisSentinels, startSentinels } from '../support/redis-sentinel.ts';
import type { RedisServer, RedisTopology } from '../support/redis-server.ts';
import { type ScaledParley, startScaledParley } from '../support/scaled-parley.ts';

/** What docs/scale-out.md tells operators to set. */
const careful = [
  'appendonly yes',
  'min-replicas-to-write 1',
  'min-replicas-max-lag 3',
  'maxmemory-policy noeviction',
];

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Fault {
  title: string;
  /** Breaks something while consumers sign in; answers when the service could work again. */
  strike(): Promise<void>;
}

interface Run {
  /** None: the embedded store. */
  topology?: RedisTopology;
  parley: ScaledParley;
}

/** Links are written straight to the store while the fault is on: no relying party of the tests has one. */
function startLinks(store: Store) {
  const brand = store.forBrand('acme');
  const acknowledged: string[] = [];
  const state = { isOpen: true };
  const writing = (async () => {
    for (let n = 0; state.isOpen; n += 1) {
      const account = `account-${n}`;
      await brand.putLink('livechat', account, { n }).then(
        () => acknowledged.push(account),
        () => {},
      );
      await pause(20);
    }
  })();
  return async (): Promise<string[]> => {
    state.isOpen = false;
    await writing;
    await poll('the store answers the test too', 15_000, () =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    const found = await Promise.all(acknowledged.map((account) => brand.findLink('livechat', account)));
    return acknowledged
      .filter((_, index) => !found[index])
      .map((account) => `the link of ${account} was lost`);
  };
}

/** One run: a steady load, the fault, two seconds of peace, then everything that was acknowledged is asked for. */
async function runWith({ topology, parley }: Run, { title, strike }: Fault): Promise<LoadReport> {
  const store = topology && createRedisStore({ url: topology.url, timeout: 1000 });
  const findLostLinks = store && startLinks(store);
  const load = startLoad(parley);
  await poll('consumers sign in', 30_000, () => load.signedIn > 5);
  await strike();
  const recovered = load.signedIn;
  const began = Date.now();
  await poll('consumers sign in again', 30_000, () => load.signedIn > recovered + 5);
  const back = Date.now() - began;
  const report = await load.finish();
  report.wrong.push(...((await findLostLinks?.()) ?? []));
  await store?.close();
  const reasons = Object.entries(report.reasons).map(([reason, count]) => `${count}× ${reason}`);
  process.stdout.write(
    `${title}: ${report.attempted} attempted, ${report.signedIn} signed in, ${report.failedCleanly} failed cleanly, ` +
      `${report.wrong.length} WRONG; 5 sign-ins within ${back} ms of the repair, longest gap ${report.longestGap} ms` +
      `${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}\n`,
  );
  return report;
}

/** Replicas stand still for a second, in which the master goes on, and is killed before they read on. */
async function killAhead(sentinels: RedisSentinels): Promise<void> {
  const master = await sentinels.master();
  const replicas = sentinels.servers.filter((server) => server !== master);
  for (const replica of replicas) replica.pause();
  await pause(900);
  await master.kill();
  for (const replica of replicas) replica.resume();
  await untilReplaced(master, () => sentinels.master());
}

/** Resolves when another server than this one is the master. */
async function untilReplaced(old: RedisServer, find: () => Promise<RedisServer>): Promise<void> {
  await poll('there is a new master', 30_000, async () => (await find().catch(() => old)) !== old);
}

describeWith('redis-server', () => {
  describeWith('haproxy', () => {
    describeWith('openssl', () => {
      test('54 embedded, the process is killed three times: nothing that was acknowledged is lost', async () => {
        const parley = await startScaledParley({ count: 1 });
        try {
          const report = await runWith(
            { parley },
            {
              title: 'Embedded, kill -9 and restart, three times',
              async strike() {
                for (let round = 0; round < 3; round += 1) {
                  await parley.processes[0]?.kill();
                  await parley.processes[0]?.restart();
                  await pause(1000);
                }
              },
            },
          );
          expect(report.wrong).toEqual([]);
        } finally {
          await parley.stop();
        }
      });

      describe('49 Sentinel, the master dies with what its replicas had not read yet', () => {
        async function runLagging(title: string, settings: object, serverYaml: object): Promise<LoadReport> {
          const sentinels = await startSentinels(settings);
          const parley = await startScaledParley({ count: 2, store: sentinels.url, serverYaml });
          try {
            return await runWith(
              { topology: sentinels, parley },
              { title, strike: () => killAhead(sentinels) },
            );
          } finally {
            await parley.stop();
            await sentinels.stop();
          }
        }

        test('waiting for a replica: nothing that was acknowledged is lost', async () => {
          const title = 'Sentinel, replicas behind and master killed, waiting';
          const report = await runLagging(title, { settings: careful }, {});
          expect(report.wrong).toEqual([]);
        });

        test('not waiting: what is lost is seen by this very run', async () => {
          const title = 'Sentinel, replicas behind and master killed, NOT waiting';
          const report = await runLagging(title, {}, { store_wait: 'off' });
          expect(report.wrong).not.toEqual([]);
          expect(report.wrong.filter((sentence) => sentence.startsWith('another'))).toEqual([]);
        });
      });

      describe('49 on Sentinel, waiting for a replica', () => {
        let sentinels: RedisSentinels;
        let parley: ScaledParley;
        beforeAll(async () => {
          sentinels = await startSentinels({ settings: careful });
          parley = await startScaledParley({ count: 2, store: sentinels.url });
        });
        afterAll(async () => {
          await parley?.stop();
          await sentinels?.stop();
        });

        const faults: Fault[] = [
          {
            title: 'Sentinel, a replica is cut off for 5 s',
            async strike() {
              const master = await sentinels.master();
              const replica = sentinels.servers.find((server) => server !== master);
              replica?.pause();
              await pause(5000);
              replica?.resume();
            },
          },
          {
            title: 'Sentinel, the master stands still for 5 s',
            async strike() {
              const master = await sentinels.master();
              master.pause();
              await Promise.all([untilReplaced(master, () => sentinels.master()), pause(5000)]);
              master.resume();
            },
          },
          {
            title: 'Sentinel, the master is killed',
            async strike() {
              const master = await sentinels.master();
              await master.kill();
              await untilReplaced(master, () => sentinels.master());
            },
          },
        ];
        test.each(faults)('$title: nothing that was acknowledged is lost', async (fault) => {
          const report = await runWith({ topology: sentinels, parley }, fault);
          expect(report.wrong).toEqual([]);
        });
      });

      describe('49 on Cluster, waiting for a replica', () => {
        let cluster: RedisCluster;
        let parley: ScaledParley;
        beforeAll(async () => {
          cluster = await startCluster({ settings: careful });
          parley = await startScaledParley({ count: 4, store: cluster.url });
        });
        afterAll(async () => {
          await parley?.stop();
          await cluster?.stop();
        });

        const faults: Fault[] = [
          {
            title: 'Cluster, a Parley process is killed',
            async strike() {
              const victim = parley.processes[1];
              await victim?.kill();
              await pause(2000);
              await victim?.restart();
            },
          },
          {
            title: 'Cluster, 50 slots move to another master',
            async strike() {
              const [from, to] = [await cluster.ownerOf(0), await cluster.ownerOf(16_383)];
              for (let slot = 0; slot < 50; slot += 1) await cluster.moveSlot(slot, from, to);
            },
          },
          {
            title: 'Cluster, a master stands still for 5 s',
            async strike() {
              const master = await cluster.ownerOf(8000);
              master.pause();
              await Promise.all([untilReplaced(master, () => cluster.ownerOf(8000)), pause(5000)]);
              master.resume();
            },
          },
          {
            title: 'Cluster, a master is killed and comes back as a replica',
            async strike() {
              const master = await cluster.ownerOf(16_000);
              await master.kill();
              await untilReplaced(master, () => cluster.ownerOf(16_000));
              // The new master has no replica until then, and takes no writes (min-replicas-to-write).
              await master.restart();
            },
          },
        ];
        test.each(faults)('$title: nothing that was acknowledged is lost', async (fault) => {
          const report = await runWith({ topology: cluster, parley }, fault);
          expect(report.wrong).toEqual([]);
        });
      });
    });
  });
});
