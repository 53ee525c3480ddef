import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { askRedis } from '../support/ask-redis.ts';
import { describeWith } from '../support/availability.ts';
import {
  careful,
  type Fault,
  type FaultReport,
  longestReturn,
  pause,
  runFault,
  untilReplaced,
} from '../support/fault-run.ts';
import { poll } from '../support/poll.ts';
import { type RedisSentinels, startSentinels } from '../support/redis-sentinel.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { type ScaledParley, startScaledParley } from '../support/scaled-parley.ts';

describeWith('redis-server', () => {
  describeWith('haproxy', () => {
    describeWith('openssl', () => {
      describe('49 Sentinel, the master dies with what its replicas had not read yet', () => {
        async function runLagging(
          title: string,
          settings: object,
          serverYaml: object,
          enough: (signIns: number) => boolean,
        ): Promise<FaultReport> {
          const sentinels = await startSentinels(settings);
          const parley = await startScaledParley({ count: 2, store: sentinels.url, serverYaml });
          try {
            return await runFault(
              { topology: sentinels, parley },
              {
                title,
                async strike(untilBack, load) {
                  const before = load.signedIn;
                  await killAhead(sentinels, () => enough(load.signedIn - before));
                  await untilBack();
                },
              },
            );
          } finally {
            await parley.stop();
            await sentinels.stop();
          }
        }

        test('waiting for a replica: nothing that was acknowledged is lost', async () => {
          const title = 'Sentinel, replicas behind and master killed, waiting';
          const report = await runLagging(title, { settings: careful }, {}, () => true);
          expect(report.wrong).toEqual([]);
          expect(report.back).toBeLessThan(longestReturn);
        });

        test('not waiting: what is lost is seen by this very run', async () => {
          const title = 'Sentinel, replicas behind and master killed, NOT waiting';
          const report = await runLagging(title, {}, { store_wait: 'off' }, (signIns) => signIns > 15);
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
        // What one fault left broken would be a second fault at the same time for the next.
        beforeEach(() => sentinels.untilWhole());
        afterAll(async () => {
          await parley?.stop();
          await sentinels?.stop();
        });

        const faults: Fault[] = [
          {
            title: 'Sentinel, a replica is cut off for 5 s',
            async strike(untilBack) {
              const master = await sentinels.master();
              const replica = sentinels.servers.find((server) => server !== master);
              replica?.pause();
              await pause(5000);
              replica?.resume();
              await untilBack();
            },
          },
          {
            title: 'Sentinel, the master stands still for 5 s',
            async strike(untilBack) {
              const master = await sentinels.master();
              master.pause();
              const fiveSeconds = pause(5000);
              await untilReplaced(master, () => sentinels.master());
              await untilBack();
              await fiveSeconds;
              master.resume();
            },
          },
          {
            title: 'Sentinel, the master stands still for 5 s, and its successor is killed 2 s later',
            async strike(untilBack) {
              const first = await sentinels.master();
              first.pause();
              const fiveSeconds = pause(5000);
              await untilReplaced(first, () => sentinels.master());
              await fiveSeconds;
              first.resume();
              // It is nobody's replica yet.
              await pause(2000);
              const second = await killMaster(sentinels);
              await untilBack();
              await second.restart();
            },
          },
          {
            title: 'Sentinel, the machine of the master and of a Sentinel stands still for 5 s',
            async strike(untilBack) {
              const machine = [await sentinels.master(), sentinels.sentinels[0]];
              for (const server of machine) server?.pause();
              const fiveSeconds = pause(5000);
              await untilReplaced(machine[0] as RedisServer, () => sentinels.master());
              await untilBack();
              await fiveSeconds;
              for (const server of machine) server?.resume();
            },
          },
          {
            title: 'Sentinel, the master is killed and comes back as a replica',
            async strike(untilBack) {
              const old = await killMaster(sentinels);
              await untilBack();
              await old.restart();
            },
          },
        ];
        test.each(faults)(
          '$title: nothing that was acknowledged is lost, and service is back in time',
          async (fault) => {
            const report = await runFault({ topology: sentinels, parley }, fault);
            expect(report.wrong).toEqual([]);
            expect(report.back).toBeLessThan(longestReturn);
            expect(report.later).toBeLessThan(longestReturn);
            expect(report.stuck).toEqual([]);
          },
        );

        test('two masters are killed one after the other: no sign-in until one is back as a replica, and nothing is lost', async () => {
          const report = await runFault(
            { topology: sentinels, parley },
            {
              title: 'Sentinel, two masters are killed one after the other, the first comes back',
              async strike(untilBack) {
                const first = await killMaster(sentinels);
                await killMaster(sentinels);
                await first.restart();
                await untilBack();
              },
            },
          );
          expect(report.wrong).toEqual([]);
          expect(report.later).toBeLessThan(longestReturn);
          expect(report.stuck).toEqual([]);
        });
      });
    });
  });
});

/** Answers with the old master once there is a new one. */
async function killMaster(sentinels: RedisSentinels): Promise<RedisServer> {
  const master = await sentinels.master();
  await master.kill();
  await untilReplaced(master, () => sentinels.master());
  return master;
}

/** Replicas stand still for a second, in which the master goes on, and it is killed before they read on. */
async function killAhead(sentinels: RedisSentinels, isFarEnough: () => boolean): Promise<void> {
  const master = await sentinels.master();
  const replicas = sentinels.servers.filter((server) => server !== master);
  for (const replica of replicas) replica.pause();
  // More than the system keeps for a reader who stands still (tcp(7)): what is written from here on gets no further.
  await askRedis(master, (redis) => redis.set('long', 'x'.repeat(48 * 2 ** 20)));
  await pause(900);
  await poll('it is ahead of its replicas', 60_000, isFarEnough);
  await master.kill();
  for (const replica of replicas) replica.resume();
  await untilReplaced(master, () => sentinels.master());
}
