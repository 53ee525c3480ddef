import { expect, test } from '@jest/globals';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { pause, runFault } from '../support/fault-run.ts';
import { startScaledParley } from '../support/scaled-parley.ts';

describeWith('haproxy', () => {
  describeWith('openssl', () => {
    const started = atEnd();

    test('54 embedded, the process is killed three times: nothing that was acknowledged is lost', async () => {
      const parley = started(await startScaledParley({ count: 1 }));
      const report = await runFault(
        { parley },
        {
          title: 'Embedded, kill -9 and restart, three times',
          async strike(untilBack) {
            for (let round = 0; round < 3; round += 1) {
              if (round > 0) await pause(1000);
              await parley.processes[0]?.kill();
              await parley.processes[0]?.restart();
            }
            await untilBack();
          },
        },
      );
      expect(report.wrong).toEqual([]);
    });
  });
});
