import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { poll } from '../support/poll.ts';
import { startRedis } from '../support/redis-server.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { startScaledParley } from '../support/scaled-parley.ts';
import { patient } from '../support/start-parley.ts';
import type { ParleyProcess } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** How often a process is told to stop. */
const rounds = 12;
/** Milliseconds after it is in use again within which that happens. */
const longestWait = 400;

describeWith('openssl', () => {
  describeWith('redis-server', () => {
    describeWith('haproxy', () => {
      const started = atEnd();

      test('53 SIGTERM at any moment under load: every request gets its answer, and every process ends with 0', async () => {
        const { url: store } = started(await startRedis());
        const { processes, networkOf, web } = started(
          await startScaledParley({ count: 2, store, serverYaml: patient }),
        );
        const shop = { isOpen: true, consumers: 0, signIns: 0, answers: 0, dropped: [] as string[] };

        /** Whatever is no answer, or one that says we are not there, was dropped. */
        const counting =
          (network: typeof fetch): typeof fetch =>
          async (input, init) => {
            try {
              const answer = await network(input, init);
              if (answer.status >= 500) shop.dropped.push(`${answer.status}`);
              else shop.answers += 1;
              return answer;
            } catch (error) {
              shop.dropped.push(String(error));
              throw error;
            }
          };
        const consumer = async (): Promise<void> => {
          while (shop.isOpen) {
            shop.consumers += 1;
            const visitor = new Visitor(counting(networkOf(shop.consumers)));
            const landed = await signIn(visitor, authorizationUrl(web), dana);
            expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
            shop.signIns += 1;
          }
        };
        const waits: number[] = [];
        const stopAgain = async (): Promise<void> => {
          for (let round = 0; round < rounds; round += 1) {
            const parley = processes[round % processes.length] as ParleyProcess;
            const { length } = parley.log();
            await poll('the proxy uses it', 60_000, () => parley.log().length > length + 5);
            waits.push(randomInt(longestWait));
            await pause(waits.at(-1));
            parley.signal('SIGTERM');
            expect(await parley.ended()).toEqual({ code: 0, signal: null });
            await parley.restart();
          }
        };
        const consumers = Promise.all([consumer(), consumer(), consumer(), consumer()]);
        try {
          await Promise.race([stopAgain(), consumers]);
        } finally {
          shop.isOpen = false;
        }
        await consumers;
        expect({ dropped: shop.dropped, waits }).toEqual({ dropped: [], waits });
        expect(shop.signIns).toBeGreaterThan(rounds);
        process.stderr.write(
          `${rounds} stops, ${shop.signIns} sign-ins, ${shop.answers} answers, ${shop.dropped.length} dropped\n`,
        );
      }, 180_000);
    });
  });
});
