import { Agent, request } from 'node:http';
import { expect, test } from '@jest/globals';
import { atEnd } from '../support/at-end.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { servingWorkers } from '../support/workers.ts';

const started = atEnd();

/** Four workers, a consumer who signs in again and again in several windows, and connections that are kept open. */
async function startUnderLoad() {
  const parley = started(await spawnParley({ env: { PARLEY_WORKERS: '4' } }));
  await poll('four workers serve', 60_000, () => servingWorkers(parley).length === 4);
  const web = webClient(parley);
  const visitor = new Visitor(parley.fetch);
  await signIn(visitor, authorizationUrl(web), dana);
  const load = { isOn: true, signIns: 0, keptAnswers: 0, failures: [] as string[] };

  async function signInAgain(): Promise<void> {
    const browser = visitor.clone();
    while (load.isOn) {
      try {
        const answer = await authorizeSilently(browser, authorizationUrl(web));
        const code = answer.get('code');
        if (!code) {
          load.failures.push(`no code: ${answer.get('error')}`);
          continue;
        }
        const { status, body } = await exchange(web, code);
        if (status === 200) load.signIns += 1;
        else load.failures.push(`token answered ${status} ${body.error}`);
      } catch (error) {
        load.failures.push(String(error));
      }
    }
  }
  async function keepAsking(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (load.isOn) {
      await ask(parley, agent).then(
        (status) =>
          status === 200 ? (load.keptAnswers += 1) : load.failures.push(`jwks answered ${status}`),
        (error: Error) => load.failures.push(`on a kept connection: ${error.message}`),
      );
    }
    agent.destroy();
  }
  const running = Promise.all([signInAgain(), signInAgain(), keepAsking(), keepAsking()]);
  return {
    parley,
    load,
    async end() {
      load.isOn = false;
      await running;
    },
  };
}

test('53 SIGUSR2 replaces four workers under load, and no request fails', async () => {
  const { parley, load, end } = await startUnderLoad();
  try {
    const before = servingWorkers(parley).map(({ pid }) => pid);
    await poll('the load runs', 60_000, () => load.signIns > 5);
    const rolling = load.signIns;
    parley.signal('SIGUSR2');
    await poll('every worker is replaced', 90_000, () =>
      parley.stdout().includes('every worker is replaced'),
    );
    const during = load.signIns - rolling;
    const after = servingWorkers(parley).map(({ pid }) => pid);
    expect(after).toHaveLength(4);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    await end();
    const told = parley.log().filter(({ level }) => level === 'error' || level === 'warn');
    expect({ failures: load.failures, told }).toEqual({ failures: [], told: [] });
    expect(during).toBeGreaterThan(10);
    process.stdout.write(
      `rolling restart of 4 workers: ${during} sign-ins and ${load.keptAnswers} answers on kept connections, 0 failures\n`,
    );
  } finally {
    await end();
  }
});

test('54 a worker killed under load costs only what it had in hand, and is replaced', async () => {
  const { parley, load, end } = await startUnderLoad();
  try {
    await poll('the load runs', 60_000, () => load.signIns > 5);
    const [victim] = servingWorkers(parley);
    process.kill(victim?.pid ?? 0, 'SIGKILL');
    await poll('four workers serve again', 60_000, () => {
      const now = servingWorkers(parley);
      return now.length === 4 && !now.some(({ pid }) => pid === victim?.pid);
    });
    const recovered = load.signIns;
    await poll('sign-ins go on', 60_000, () => load.signIns > recovered + 10);
    await end();
    // Four callers, one request each at the moment of the kill.
    expect(load.failures.length).toBeLessThanOrEqual(4);
    for (const failure of load.failures) expect(failure).toMatch(/socket hang up|ECONNRESET/);
  } finally {
    await end();
  }
});

/** One GET on a connection that stays open afterwards. */
function ask(parley: ParleyProcess, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${parley.issuer}/jwks`, { agent }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
