import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { careful, type Fault, longestReturn, pause, runFault, untilReplaced } from '../support/fault-run.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { type ScaledParley, startScaledParley } from '../support/scaled-parley.ts';

describeWith('redis-server', () => {
  describeWith('haproxy', () => {
    describeWith('openssl', () => {
      describe('49 on Cluster, waiting for a replica', () => {
        let cluster: RedisCluster;
        let parley: ScaledParley;
        beforeAll(async () => {
          cluster = await startCluster({ settings: careful });
          parley = await startScaledParley({ count: 4, store: cluster.url });
        });
        // What one fault left broken would be a second fault at the same time for the next.
        beforeEach(() => cluster.untilWhole());
        afterAll(async () => {
          await parley?.stop();
          await cluster?.stop();
        });

        const faults: Fault[] = [
          {
            title: 'Cluster, a Parley process is killed',
            async strike(untilBack) {
              const victim = parley.processes[1];
              await victim?.kill();
              await pause(2000);
              await victim?.restart();
              await untilBack();
            },
          },
          {
            title: 'Cluster, 50 slots move to another master',
            async strike(untilBack) {
              const [from, to] = [await cluster.ownerOf(0), await cluster.ownerOf(16_383)];
              for (let slot = 0; slot < 50; slot += 1) await cluster.moveSlot(slot, from, to);
              await untilBack();
            },
          },
          {
            title: 'Cluster, a master stands still for 5 s',
            async strike(untilBack) {
              const master = await cluster.ownerOf(8000);
              master.pause();
              const fiveSeconds = pause(5000);
              await untilReplaced(master, () => cluster.ownerOf(8000));
              const isBack = untilBack();
              // Until the old one goes on, the new master has no replica and takes no writes (min-replicas-to-write).
              await fiveSeconds;
              master.resume();
              await isBack;
            },
          },
          {
            title: 'Cluster, a master is killed and comes back as a replica',
            async strike(untilBack) {
              const master = await cluster.ownerOf(16_000);
              await master.kill();
              await untilReplaced(master, () => cluster.ownerOf(16_000));
              const isBack = untilBack();
              // Until then the new master has no replica either.
              await master.restart();
              await isBack;
            },
          },
        ];
        test.each(faults)(
          '$title: nothing that was acknowledged is lost, and service is back in time',
          async (fault) => {
            const report = await runFault({ topology: cluster, parley }, fault);
            expect(report.wrong).toEqual([]);
            expect(report.back).toBeLessThan(longestReturn);
            expect(report.later).toBeLessThan(longestReturn);
            expect(report.stuck).toEqual([]);
          },
        );
      });
    });
  });
});
