import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AccountApi, startAccountApi } from '../support/account-api.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** 52: one brand's directory hangs under load. Another brand, with a directory of its own, must not notice. */

const dana = { id: 'c-dana', login: 'dana', password: 'dana-password', status: 'active' as const };

let apis: { acme: AccountApi; group: AccountApi };
let parley: RunningParley;

beforeAll(async () => {
  const [acme, group] = await Promise.all([
    startAccountApi({ accounts: [dana] }),
    startAccountApi({ accounts: [dana] }),
  ]);
  apis = { acme, group };
  const brand = (name: 'acme' | 'group') =>
    testBrand({
      brand: name,
      issuer: `http://localhost:PORT/${name}`,
      accounts: {
        http: {
          url: apis[name].url,
          login: { path: '/sessions', id: 'account.id' },
          timeout: 1000,
          cache: 0,
        },
      },
    });
  parley = await startParley({ brands: [brand('acme'), brand('group')] });
});
afterAll(async () => {
  await parley.stop();
  await Promise.all([apis.acme.stop(), apis.group.stop()]);
});

const clientOf = (name: 'acme' | 'group') => webClient({ issuer: `http://localhost:${parley.port}/${name}` });

async function signedIn(name: 'acme' | 'group'): Promise<Visitor> {
  const visitor = new Visitor();
  await signIn(visitor, authorizationUrl(clientOf(name)), dana);
  return visitor;
}

/** A silent code and its exchange. @returns milliseconds, and whether there was a token */
async function converse(visitor: Visitor, name: 'acme' | 'group'): Promise<{ took: number; ok: boolean }> {
  const began = performance.now();
  const code = (await authorizeSilently(visitor, authorizationUrl(clientOf(name)))).get('code');
  const ok = code !== null && (await exchange(clientOf(name), code)).status === 200;
  return { took: performance.now() - began, ok };
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Median latency of the other brand while 20 consumers a second of the first go on asking. */
async function measureOther(visitors: { acme: Visitor; group: Visitor }) {
  const load: Promise<unknown>[] = [];
  const timer = setInterval(() => load.push(converse(visitors.acme, 'acme')), 50);
  const rounds: { took: number; ok: boolean }[] = [];
  for (let round = 0; round < 60; round++) rounds.push(await converse(visitors.group, 'group'));
  clearInterval(timer);
  await Promise.all(load);
  return {
    median: median(rounds.map(({ took }) => took)),
    failed: rounds.filter(({ ok }) => !ok).length,
  };
}

test('52 the other brand keeps its latency, the breaker opens, and recovery needs nobody', async () => {
  const visitors = { acme: await signedIn('acme'), group: await signedIn('group') };
  await measureOther(visitors);
  const before = await measureOther(visitors);
  let reached = 0;
  apis.acme.instead = () => {
    reached += 1;
  };
  const during = await measureOther(visitors);
  const ratio = during.median / before.median;
  process.stderr.write(
    `other brand: ${before.median.toFixed(1)} ms before, ${during.median.toFixed(1)} ms during (× ${ratio.toFixed(2)})\n`,
  );
  expect([before.failed, during.failed]).toEqual([0, 0]);
  expect(ratio).toBeLessThan(2);

  const lines = () => parley.log.filter(({ msg }) => String(msg).startsWith('the account directory'));
  await poll('the breaker opens', 30_000, async () => {
    await converse(visitors.acme, 'acme');
    return lines().length > 0;
  });
  expect(lines()).toMatchObject([{ brand: 'acme', level: 'error', detail: 'no answer in time' }]);
  // Refused at once: the directory is not asked, but for a try now and then.
  reached = 0;
  await Promise.all(Array.from({ length: 5 }, () => converse(visitors.acme, 'acme')));
  expect(reached).toBeLessThan(3);

  apis.acme.instead = undefined;
  await poll('it serves again', 30_000, async () => (await converse(visitors.acme, 'acme')).ok);
  expect(lines().map(({ level }) => level)).toEqual(['error', 'info']);
}, 120_000);
