import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { createCertificates } from '../support/certificates.ts';
import { fetchAt } from '../support/fetch-at.ts';
import { findFreePort } from '../support/free-port.ts';
import { startHaproxy } from '../support/haproxy.ts';
import { poll } from '../support/poll.ts';
import { startRedis } from '../support/redis-server.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { dana, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describeWith('openssl', (openssl) => {
  describeWith('redis-server', () => {
    describeWith('haproxy', (program) => {
      const started = atEnd();
      const folder = mkdtempSync(join(tmpdir(), 'parley-rolling-'));
      afterAll(() => rmSync(folder, { recursive: true, force: true }));

      async function startTwoBehindHaproxy() {
        const { ca, bundle } = createCertificates(openssl, folder, ['id.acme.test']);
        const httpsPort = await findFreePort();
        const issuer = `https://id.acme.test:${httpsPort}`;
        const { url: store } = started(await startRedis());
        const shared = {
          store,
          brands: [testBrand({ issuer })],
          serverYaml: { trusted_proxies: ['127.0.0.1'] },
        };
        const first = started(await spawnParley(shared));
        const second = started(await spawnParley({ ...shared, beside: first }));
        started(await startHaproxy({ program, folder, bundle, httpsPort, ports: [first.port, second.port] }));
        // Each consumer has an address of their own, or the limit of sign-ins from one address would count.
        const networkOf = (consumer: number) =>
          fetchAt(httpsPort, { ca, from: `127.1.${consumer >> 8}.${consumer & 255 || 1}` });
        const network = networkOf(0);
        const ready = async () => (await network(`${issuer}/jwks`)).status === 200;
        await poll('haproxy finds Parley ready', 10_000, ready);
        return { first, second, networkOf, web: { ...webClient(first), issuer, fetch: network } };
      }

      test('53 a rolling restart of two processes behind the proxy loses no sign-in', async () => {
        const { first, second, networkOf, web } = await startTwoBehindHaproxy();
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
            await poll('consumers sign in', 20_000, () => shop.signIns > before + 3);
            parley.signal('SIGTERM');
            expect(await parley.ended()).toEqual({ code: 0, signal: null });
            await parley.restart();
            const { length } = parley.log();
            await poll('the proxy uses it again', 10_000, () => parley.log().length > length + 5);
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
