import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
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

describe('53 stops in mid-flow', () => {
  test('a request that never ends is cut after the grace, and the process still ends in order', async () => {
    const parley = await spawnParley();
    const socket = connect(parley.port, '127.0.0.1');
    try {
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(
        `POST /token HTTP/1.1\r\nHost: localhost:${parley.port}\r\nContent-Length: 100\r\n\r\ngrant`,
      );
      expect((await parley.fetch(`${parley.issuer}/healthz`)).status).toBe(200);
      const began = performance.now();
      parley.signal('SIGTERM');
      expect(await parley.ended()).toEqual({ code: 0, signal: null });
      const took = performance.now() - began;
      expect(took).toBeGreaterThan(7_000);
      expect(took).toBeLessThan(11_000);
    } finally {
      socket.destroy();
      await parley.stop();
    }
  });

  describeWith('openssl', (openssl) => {
    describeWith('redis-server', () => {
      describeWith('haproxy', (program) => {
        test('a rolling restart of two processes behind the proxy loses no sign-in', async () => {
          const folder = await mkdtemp(join(tmpdir(), 'parley-rolling-'));
          const { ca, bundle } = createCertificates(openssl, folder, ['id.acme.test']);
          const httpsPort = await findFreePort();
          const issuer = `https://id.acme.test:${httpsPort}`;
          const redis = await startRedis();
          const shared = {
            store: redis.url,
            brands: [testBrand({ issuer })],
            serverYaml: { trusted_proxies: ['127.0.0.1'] },
          };
          const first = await spawnParley(shared);
          const second = await spawnParley({ ...shared, beside: first });
          const haproxy = await startHaproxy({
            program,
            folder,
            bundle,
            httpsPort,
            ports: [first.port, second.port],
          });
          const network = fetchAt(httpsPort, { ca });
          const web = { ...webClient(first), issuer, fetch: network };
          const ready = async () => (await network(`${issuer}/jwks`)).status === 200;
          const shop = { isOpen: true };
          let signIns = 0;
          const consumer = async (): Promise<void> => {
            while (shop.isOpen) {
              const landed = await signIn(new Visitor(network), authorizationUrl(web), dana);
              expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
              signIns += 1;
            }
          };
          try {
            await poll('haproxy finds Parley ready', 10_000, ready);
            const consumers = Promise.all([consumer(), consumer(), consumer()]);
            for (const parley of [first, second, first]) {
              const before = signIns;
              await poll('consumers sign in', 20_000, () => signIns > before + 3);
              parley.signal('SIGTERM');
              expect(await parley.ended()).toEqual({ code: 0, signal: null });
              await parley.restart();
              const { length } = parley.log();
              await poll('the proxy uses it again', 10_000, () => parley.log().length > length + 5);
            }
            shop.isOpen = false;
            await consumers;
            expect(signIns).toBeGreaterThan(10);
          } finally {
            shop.isOpen = false;
            await haproxy.stop();
            await second.stop();
            await first.stop();
            await redis.stop();
            await rm(folder, { recursive: true, force: true });
          }
        });
      });
    });
  });
});
