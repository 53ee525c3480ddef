import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createSigningKeys } from '../src/keys/create-signing-keys.ts';
import { signInAll } from './cases/sign-in.ts';
import { createSend } from './measure/http-client.ts';
import { offerLoad, type OfferResult } from './measure/offer-load.ts';
import { runLoad } from './measure/run-load.ts';
import { describeMachine } from './report.ts';
import { redirectUri, scope } from './subject/example.ts';
import { startParley } from './subject/start-parley.ts';

/**
 * `npm run bench:overload`: what Parley can do, and what is left of it when twice as much is asked. An operation is a
 * silent sign-in (an ID token, signed) of a consumer who is signed in. Options: `--seconds 8`, `--rounds 3`, `--warm 12`
 * (seconds before anything counts).
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    warm: { type: 'string', default: '12' },
  },
});
const milliseconds = Number(values.seconds) * 1000;
const workers = 64;
const print = (text: string) => void process.stdout.write(`${text}\n`);

const parley = await startParley({ keys: await createSigningKeys() });
// As a proxy in front of it: connections that were opened once are kept.
const send = createSend(parley.issuer, { most: 2000, idle: 0 });
try {
  const cookies = await signInAll(parley, workers);
  const path = `/auth?${new URLSearchParams({
    client_id: 'web',
    response_type: 'id_token',
    nonce: 'n-0123456789',
    prompt: 'none',
    redirect_uri: redirectUri,
    scope,
  }).toString()}`;
  const operate = async (worker: number): Promise<boolean> => {
    const { status, location } = await send(path, { headers: { cookie: cookies[worker] ?? '' } });
    if (location?.includes('#id_token=')) return true;
    if (status === 503) return false;
    throw new Error(`unexpected answer: ${status} ${location ?? ''}`);
  };
  stayApart([parley.pid, parley.redisPid ?? parley.pid]);
  const health = watchHealth(send);

  print(describeMachine());
  await findPeak(operate, Number(values.warm) * 1000);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const peak = await findPeak(operate, milliseconds);
    const offer = (perSecond: number) =>
      offerLoad({ operate, perSecond, milliseconds, settling: 2000, workers });
    const unloaded = await offer(peak / 4);
    const overloaded = await offer(peak * 2);
    print(
      `peak ${peak.toFixed(0)}/s; a quarter of it: ${describe(unloaded)}; twice: ${describe(overloaded)}; ` +
        `goodput ${((overloaded.done / peak) * 100).toFixed(0)} % of the peak, p99 × ${(overloaded.p99 / unloaded.p99).toFixed(1)}`,
    );
  }
  print(health());
} finally {
  send.close();
  await parley.stop();
}

/** Sign-ins in a second, sixteen at a time: what is turned away is none. */
async function findPeak(operate: (worker: number) => Promise<boolean>, during: number): Promise<number> {
  let turnedAway = 0;
  const count = async (worker: number) => void (turnedAway += (await operate(worker)) ? 0 : 1);
  const load = await runLoad(parley, { operate: count, parallel: 16, milliseconds: during });
  return load.throughput * (1 - turnedAway / load.operations);
}

/** The server and its Redis on one core, this generator on the others: else it would be what is overloaded. */
function stayApart(servers: readonly number[]): void {
  if (availableParallelism() < 2) return;
  for (const pid of servers) pin('0', pid);
  pin(`1-${availableParallelism() - 1}`, process.pid);
}

function pin(cores: string, pid: number): void {
  execFileSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' });
}

/** Asks all the while; the returned function stops it and says what came of it. */
function watchHealth(ask: typeof send): () => string {
  let [asked, healthy] = [0, 0];
  const timer = setInterval(() => {
    asked += 1;
    void ask('/healthz').then(
      ({ status }) => {
        healthy += status === 200 ? 1 : 0;
        return undefined;
      },
      () => {},
    );
  }, 100);
  return () => {
    clearInterval(timer);
    return `/healthz was asked ${asked} times meanwhile and answered 200 ${healthy} times`;
  };
}

function describe({ offered, done, turnedAway, p50, p99, p99FromBegin }: OfferResult): string {
  return (
    `${offered.toFixed(0)}/s offered, ${done.toFixed(0)}/s done, ${turnedAway.toFixed(0)}/s turned away, ` +
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${p99FromBegin.toFixed(1)} ms from when it was begun)`
  );
}
