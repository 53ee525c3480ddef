import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import type { Store } from '../../src/store/contract.ts';
import { atEnd } from '../support/at-end.ts';
import { root } from '../support/documentation.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

interface ReceivedSpan {
  name: string;
  traceId: string;
  service: string;
}

/** A collector's OTLP receiver (JSON over HTTP). */
async function startCollector(): Promise<{ url: string; spans: ReceivedSpan[]; stop(): Promise<void> }> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.url === '/v1/traces') spans.push(...readSpans(body));
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readSpans(body: string): ReceivedSpan[] {
  // oxlint-disable-next-line typescript/no-explicit-any
  const message: any = JSON.parse(body);
  // oxlint-disable-next-line typescript/no-explicit-any
  return message.resourceSpans.flatMap(({ resource, scopeSpans }: any) => {
    const service = resource.attributes.find(({ key }: { key: string }) => key === 'service.name');
    // oxlint-disable-next-line typescript/no-explicit-any
    return scopeSpans.flatMap(({ spans }: any) =>
      spans.map(({ name, traceId }: ReceivedSpan) => ({ name, traceId, service: service.value.stringValue })),
    );
  });
}

describe('deploy/tracing/tracing.mjs', () => {
  const started = atEnd();

  test('loaded before Parley, sends each sign-in to the collector, from every worker', async () => {
    const collector = started(await startCollector());
    const parley = started(
      await spawnParley({
        env: {
          NODE_OPTIONS: `--import ${join(root, 'deploy/tracing/tracing.mjs')}`,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_TRACES_SAMPLER_ARG: '1',
          OTEL_BSP_SCHEDULE_DELAY: '200',
          PARLEY_WORKERS: '2',
        },
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
