import type { Store } from '../../src/store/contract.ts';
import { createRedisStore } from '../../src/store/redis-store.ts';
import { type Load, type LoadReport, startLoad } from './load.ts';
import { poll } from './poll.ts';
import type { RedisServer, RedisTopology } from './redis-server.ts';
import { authorizationUrl, exchange, signIn } from './relying-party.ts';
import type { ScaledParley } from './scaled-parley.ts';
import { startStopwatch } from './stopwatch.ts';
import { dana } from './test-brand.ts';
import { Visitor } from './visitor.ts';

/** What docs/scale-out.md tells operators to set. */
export const careful = [
  'appendonly yes',
  'min-replicas-to-write 1',
  'min-replicas-max-lag 3',
  'maxmemory-policy noeviction',
];

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds, of a machine that runs, from the new master on, as the Sentinels or the Cluster's nodes name it (`back`). */
export const longestReturn = 5000;

export interface Fault {
  title: string;
  /**
   * Breaks something while consumers sign in, and mends it.
   *
   * @param untilBack to be called once, at the moment from which service could work: with a new master as soon as there
   *   is one. Resolves when consumers sign in again
   */
  strike(untilBack: () => Promise<void>, load: Load): Promise<void>;
}

export interface FaultReport extends LoadReport {
  /** Milliseconds in which five complete sign-ins came, from the moment from which service could work. */
  back: number;
  /** Milliseconds in which five more came when all was mended and two seconds had passed. */
  later: number;
  /** Processes that redeem nothing for half a minute more, though others do. */
  stuck: number[];
}

interface Run {
  /** None: the embedded store. */
  topology?: RedisTopology;
  parley: ScaledParley;
}

/** One run: a steady load, the fault, two seconds of peace, then everything that was acknowledged is asked for. */
export async function runFault({ topology, parley }: Run, { title, strike }: Fault): Promise<FaultReport> {
  const store = topology && createRedisStore({ url: topology.url, timeout: 1000 });
  const links = store && startLinks(store);
  const load = startLoad(parley);
  let back = Number.POSITIVE_INFINITY;
  try {
    await poll('consumers sign in', 60_000, () => load.signedIn > 5);
    await strike(async () => {
      back = await timeSignIns(load);
    }, load);
    await pause(2000);
    const later = await timeSignIns(load);
    const stuck = await findStuck(parley);
    const report = { ...(await load.finish()), back, later, stuck };
    report.wrong.push(...((await links?.findLost()) ?? []));
    process.stdout.write(`${title}: ${describeReport(report)}\n`);
    return report;
  } finally {
    await Promise.all([load.stop(), links?.stop()]);
    await store?.close();
  }
}

async function timeSignIns(load: Load): Promise<number> {
  const enough = load.signedIn + 5;
  const watch = startStopwatch();
  await poll('consumers sign in again', 60_000, () => load.signedIn >= enough).finally(watch.stop);
  return Math.round(watch.read());
}

async function findStuck({ processes, at, web, networkOf }: ScaledParley): Promise<number[]> {
  const visitor = new Visitor(networkOf(0));
  const isAtWork = async (index: number): Promise<boolean> => {
    const landed = await signIn(visitor, authorizationUrl(web), dana);
    return (await exchange(at(index, web), landed.searchParams.get('code') ?? '')).status === 200;
  };
  const stuck: number[] = [];
  for (const index of processes.keys()) {
    await poll('it redeems a code', 30_000, () => isAtWork(index).catch(() => false)).catch(() =>
      stuck.push(index),
    );
  }
  return stuck;
}

function describeReport({ reasons, ...report }: FaultReport): string {
  const counted = Object.entries(reasons).map(([reason, count]) => `${count}× ${reason}`);
  return (
    `${report.attempted} attempted, ${report.signedIn} signed in, ${report.failedCleanly} failed cleanly, ` +
    `${report.wrong.length} WRONG, ${report.stuck.length} stuck; back within ${report.back} ms (5 sign-ins), later 5 in ${report.later} ms, ` +
    `longest gap ${report.longestGap} ms${counted.length > 0 ? ` (${counted.join(', ')})` : ''}`
  );
}

/** Resolves when another server than this one is the master. */
export async function untilReplaced(old: RedisServer, find: () => Promise<RedisServer>): Promise<void> {
  await poll('there is a new master', 60_000, async () => (await find().catch(() => old)) !== old);
}

/** Links are written straight to the store while the fault is on: no relying party of the tests has one. */
function startLinks(store: Store) {
  const brand = store.forBrand('acme');
  const acknowledged: string[] = [];
  const state = { isOpen: true };
  const writing = (async () => {
    for (let n = 0; state.isOpen; n += 1) {
      const account = `account-${n}`;
      await brand.putLink('livechat', account, { n }).then(
        () => acknowledged.push(account),
        () => {},
      );
      await pause(20);
    }
  })();
  async function stop(): Promise<void> {
    state.isOpen = false;
    await writing;
  }
  const findAll = () => Promise.all(acknowledged.map((account) => brand.findLink('livechat', account)));
  return {
    stop,
    async findLost(): Promise<string[]> {
      await stop();
      let found: unknown[] = [];
      await poll('the store answers the test too', 60_000, async () => {
        found = await findAll().catch(() => []);
        return found.length === acknowledged.length;
      });
      return acknowledged
        .filter((_, index) => !found[index])
        .map((account) => `the link of ${account} was lost`);
    },
  };
}
