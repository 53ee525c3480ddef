import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scrape } from '../support/exposition.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { servingWorkers } from '../support/workers.ts';

describe('PARLEY_METRICS with PARLEY_WORKERS=2', () => {
  let parley: ParleyProcess;
  let port: number;

  beforeAll(async () => {
    port = await findFreePort();
    parley = await spawnParley({ env: { PARLEY_WORKERS: '2', PARLEY_METRICS: `127.0.0.1:${port}` } });
    await poll('two workers serve', 60_000, () => servingWorkers(parley).length === 2);
  });
  afterAll(() => parley?.stop());

  const ask = async (count: number) => {
    await Promise.all(Array.from({ length: count }, () => parley.fetch(`${parley.issuer}/jwks`)));
  };
  /** A worker that is late counts with what it said before, and with all of it the next time. */
  const untilAnswered = (count: number) =>
    poll(`${count} answers are counted`, 30_000, async () => (await answered()) >= count);
  const answered = async () => (await scrape(port)).sum('parley_http_requests_total', { route: '/jwks' });

  test('are those of both together', async () => {
    await ask(50);
    await untilAnswered(50);
    expect(await answered()).toBe(50);
    const read = await scrape(port);
    expect(read.sum('parley_store_up')).toBe(1);
    expect(read.sum('parley_brands')).toBe(1);
    expect(read.sum('parley_worker_losses_total')).toBe(0);
    expect(read.samples.filter(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  });

  test('never fall when a worker is killed: what was read of it stays counted', async () => {
    const before = await answered();
    const [victim] = servingWorkers(parley);
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await poll('another one serves', 60_000, () => {
      const now = servingWorkers(parley);
      return now.length === 2 && now.every(({ pid }) => pid !== victim?.pid);
    });
    expect(await answered()).toBe(before);
    expect((await scrape(port)).sum('parley_worker_losses_total')).toBe(1);
    await ask(10);
    await untilAnswered(before + 10);
    expect(await answered()).toBe(before + 10);
  });

  test('lose nothing when the workers are replaced, though nobody had read them', async () => {
    const before = await answered();
    await ask(30);
    parley.signal('SIGUSR2');
    await poll('every worker is replaced', 90_000, () =>
      parley.log().some(({ msg }) => msg === 'every worker is replaced'),
    );
    expect(await answered()).toBe(before + 30);
  });

  test('are there while a worker hangs, with what it said before', async () => {
    const before = await answered();
    const [hanging] = servingWorkers(parley);
    process.kill(hanging?.pid ?? 0, 'SIGSTOP');
    expect(await answered()).toBe(before);
    process.kill(hanging?.pid ?? 0, 'SIGCONT');
  });
});
