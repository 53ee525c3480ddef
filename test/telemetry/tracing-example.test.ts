import { describe, expect, test } from '@jest/globals';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import type { Store } from '../../src/store/contract.ts';
import { atEnd } from '../support/at-end.ts';
import { startCollector, tracingTo } from '../support/collector.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describe('deploy/tracing/tracing.mjs', () => {
  const started = atEnd();

  test('loaded before Parley, sends each sign-in to the collector, from every worker', async () => {
    const collector = started(await startCollector());
    const parley = started(
      await spawnParley({
        env: { ...tracingTo(collector), PARLEY_WORKERS: '2' },
      }),
    );
    const web = webClient(parley);
    const landed = await signIn(new Visitor(parley.fetch), authorizationUrl(web), dana);
    expect((await exchange(web, landed.searchParams.get('code') ?? '')).status).toBe(200);
    const namesOf = (traceId: string | undefined) =>
      collector.spans.flatMap((span) => (span.traceId === traceId ? [span.name] : []));
    const begun = () => collector.spans.find(({ name }) => name === 'GET /auth');
    await poll('the trace is at the collector', 30_000, () =>
      ['POST /interaction/:uid', 'GET /auth/:uid', 'POST /token', 'sign id_token'].every((name) =>
        namesOf(begun()?.traceId).includes(name),
      ),
    );
    expect(begun()?.service).toBe('parley');
    expect(parley.stderr()).toBe('');
  });
});

test('without an SDK and without metrics nothing is wrapped', () => {
  const telemetry = createTelemetry({ measure: false });
  const store = { forBrand: () => ({}) } as unknown as Store;
  expect(telemetry.watchStore(store)).toBe(store);
  expect(telemetry.watchRequests).toBeUndefined();
  expect(telemetry.onStoreCommand).toBeUndefined();
  expect(telemetry.traceId()).toBeUndefined();
  const brand = telemetry.forBrand('acme', []);
  expect(brand.watchSigning).toBeUndefined();
  const directory = { findAccount: async () => undefined, ping: async () => {}, close: async () => {} };
  expect(brand.watchDirectory('accounts', directory)).toBe(directory);
});
