import { afterEach, describe, expect, test } from '@jest/globals';
import { poll } from '../support/poll.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, runParleyToEnd, spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { servingWorkers } from '../support/workers.ts';

describe('with PARLEY_WORKERS=2', () => {
  let parley: ParleyProcess;
  afterEach(() => parley?.stop());

  const startTwo = async () => {
    parley = await spawnParley({ env: { PARLEY_WORKERS: '2' } });
    await poll('two workers serve', 50_000, () => servingWorkers(parley).length === 2);
  };
  const workersThatAnswered = () =>
    new Set(parley.log().flatMap(({ msg, worker }) => (msg === 'request' ? [worker] : [])));

  test('both answer on the one port, the start speaks once, and a sign-in may meet either', async () => {
    await startTwo();
    const web = webClient(parley);
    for (let round = 0; round < 3; round += 1) {
      const landed = await signIn(new Visitor(parley.fetch), authorizationUrl(web), dana);
      expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
    }
    // The system gives a connection to whoever takes it first, so it needs several at a time.
    await poll('both have answered', 50_000, async () => {
      await Promise.all(Array.from({ length: 8 }, () => parley.fetch(`${parley.issuer}/jwks`)));
      return workersThatAnswered().size === 2;
    });
    expect(parley.stdout().match(/openid-configuration$/gm)).toHaveLength(1);
  });

  test('SIGHUP lets both read the configuration again', async () => {
    await startTwo();
    parley.signal('SIGHUP');
    const readers = () =>
      parley.log().flatMap(({ msg, worker }) => (msg === 'configuration read again' ? [worker] : []));
    await poll('both have read it', 50_000, () => new Set(readers()).size === 2);
    expect(servingWorkers(parley)).toHaveLength(2);
  });

  test('one that is killed is replaced, and the log says so', async () => {
    await startTwo();
    const [victim] = servingWorkers(parley);
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await poll('there are two again', 50_000, () => {
      const now = servingWorkers(parley);
      return now.length === 2 && now.every(({ pid }) => pid !== victim?.pid);
    });
    expect(parley.log()).toContainEqual(
      expect.objectContaining({
        level: 'error',
        worker: victim?.id,
        signal: 'SIGKILL',
        msg: 'a worker ended unexpectedly: another one starts',
      }),
    );
    expect((await parley.fetch(`${parley.issuer}/readyz`)).status).toBe(200);
  });

  test('SIGTERM drains all of them and ends with 0', async () => {
    await startTwo();
    const pids = servingWorkers(parley).map(({ pid }) => pid);
    parley.signal('SIGTERM');
    expect(await parley.ended()).toEqual({ code: 0, signal: null });
    expect(parley.stderr()).toBe('');
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('when the supervising process is killed, its workers end by themselves', async () => {
    await startTwo();
    const pids = servingWorkers(parley).map(({ pid }) => pid);
    await parley.kill();
    await poll('both have ended', 50_000, () => pids.every(hasEnded));
  });
});

test('a wrong configuration stops several workers with one message', async () => {
  const run = await runParleyToEnd({ env: { PARLEY_WORKERS: 'many', PORT: '99999' } });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    'PARLEY_WORKERS: has the wrong form\n    fix: use auto, or a number from 1 to 256',
  );
  expect(run.stderr.match(/environment PORT/g)).toHaveLength(1);
});

test('a port that is taken stops several workers with one sentence', async () => {
  const first = await spawnParley();
  try {
    const run = await runParleyToEnd({ port: first.port, env: { PARLEY_WORKERS: '2' } });
    expect(run.code).toBe(1);
    expect(run.stderr.match(/is taken/g)).toHaveLength(1);
  } finally {
    await first.stop();
  }
});

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
