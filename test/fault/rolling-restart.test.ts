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

describeWith('openssl', () => {
  describeWith('redis-server', () => {
    describeWith('haproxy', () => {
      const started = atEnd();

      test('53 a rolling restart of two processes behind the proxy loses no sign-in', async () => {
        const { url: store } = started(await startRedis());
        const { processes, networkOf, web } = started(
          await startScaledParley({ count: 2, store, serverYaml: patient }),
        );
        const [first, second] = processes as [ParleyProcess, ParleyProcess];
        const shop = { isOpen: true, consumers: 0, signIns: 0 };
        const consumer = async (): Promise<void> => {
          while (shop.isOpen) {
            shop.consumers += 1;
            const visitor = new Visitor(networkOf(shop.consumers));
            const landed = await signIn(visitor, authorizationUrl(web), dana);
            expect(landed.href).toContain('code=');
            expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
            shop.signIns += 1;
          }
        };
        const roll = async (): Promise<void> => {
          for (const parley of [first, second, first]) {
            const before = shop.signIns;
            await poll('consumers sign in', 60_000, () => shop.signIns > before + 3);
            parley.signal('SIGTERM');
            expect(await parley.ended()).toEqual({ code: 0, signal: null });
            await parley.restart();
            const { length } = parley.log();
            await poll('the proxy uses it again', 60_000, () => parley.log().length > length + 5);
          }
        };
        const consumers = Promise.all([consumer(), consumer(), consumer()]);
        try {
          await Promise.race([roll(), consumers]);
        } finally {
          shop.isOpen = false;
        }
        await consumers;
        expect(shop.signIns).toBeGreaterThan(10);
      });
    });
  });
});
