import { afterEach, describe, expect, test } from '@jest/globals';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { askRedis } from '../support/ask-redis.ts';
import { describeWith } from '../support/availability.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const requests = 20_000;
const strangers = 8;
const limit = 3000;
/** Bytes that one waiting request with a state of LivePerson's length may take, its share of everything around it included. */
const largest = 8_192;

/** Milliseconds of one silent sign-in with its code's redemption, the median of `count`. */
async function measureConsumer(parley: ParleyProcess, consumer: Visitor, count: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    const answer = await authorizeSilently(consumer, authorizationUrl(webClient(parley)));
    const { status } = await exchange(webClient(parley), answer.get('code') ?? '');
    expect(status).toBe(200);
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
}

/** Anonymous authorization requests from one address, behind the proxy's own. */
async function flood(parley: ParleyProcess, refused: { count: number }): Promise<void> {
  const url = authorizationUrl(webClient(parley), { state: 's'.repeat(2500) });
  let sent = 0;
  const stranger = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const { status } = await new Visitor().get(url, { 'x-forwarded-for': '192.0.2.7' });
      if (status === 429) refused.count += 1;
      else if (status !== 303) throw new Error(`an anonymous request was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: strangers }, stranger));
}

describe('47 a flood of 20,000 anonymous authorization requests from one address', () => {
  let parley: ParleyProcess;
  let redis: RedisServer | undefined;
  afterEach(async () => {
    await parley?.stop();
    await redis?.stop();
    redis = undefined;
  });

  async function expectBounded(name: string, bytesNow: () => Promise<number>): Promise<void> {
    const consumer = new Visitor();
    await signIn(consumer, authorizationUrl(webClient(parley)), dana);
    await measureConsumer(parley, consumer, 20);
    const calm = await measureConsumer(parley, consumer, 60);
    const before = await bytesNow();
    const refused = { count: 0 };
    const [busy] = await Promise.all([measureConsumer(parley, consumer, 60), flood(parley, refused)]);
    const grown = (await bytesNow()) - before;
    const after = await measureConsumer(parley, consumer, 60);
    process.stdout.write(
      `flood, ${name}: ${requests} requests, ${refused.count} refused, store grew by ${Math.round(grown / 1024)} kB; ` +
        `a signed-in consumer waited ${calm.toFixed(1)} ms before, ${busy.toFixed(1)} ms during ` +
        `(× ${(busy / calm).toFixed(1)}, with ${strangers} strangers at one process), ${after.toFixed(1)} ms after ` +
        `(× ${(after / calm).toFixed(2)})\n`,
    );
    expect(refused.count).toBe(requests - limit);
    expect(grown).toBeLessThan(limit * largest);
    // Each request takes its turn behind at most as many as there are strangers; nothing else makes it wait.
    expect(busy / calm).toBeLessThan(strangers * 3);
    expect(after / calm).toBeLessThan(2);
  }

  const settings = { serverYaml: { trusted_proxies: ['127.0.0.1', '::1'], anonymous_limit: limit } };

  test('leaves the embedded store bounded and signed-in consumers at work', async () => {
    parley = await spawnParley(settings);
    const files = ['parley.db', 'parley.db-wal'].map((file) => join(parley.folder, 'data', file));
    await expectBounded('embedded', async () =>
      files.reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0),
    );
  });

  describeWith('redis-server', () => {
    test('leaves Redis bounded and signed-in consumers at work', async () => {
      redis = await startRedis();
      const server = redis;
      parley = await spawnParley({ ...settings, store: server.url });
      await expectBounded('Redis', () =>
        askRedis(server, async (admin) =>
          Number(/^used_memory_dataset:(\d+)/m.exec(await admin.info('memory'))?.[1]),
        ),
      );
    });
  });
});
