import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePort } from '../support/free-port.ts';
import { readPages, readTableRows } from '../support/documentation.ts';
import { type Exposition, scrape } from '../support/exposition.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describe('PARLEY_METRICS', () => {
  let parley: ParleyProcess;
  let port: number;
  let read: Exposition;

  beforeAll(async () => {
    port = await findFreePort();
    parley = await spawnParley({ env: { PARLEY_METRICS: `127.0.0.1:${port}` } });
    const web = webClient(parley);
    const landed = await signIn(new Visitor(parley.fetch), authorizationUrl(web), dana);
    await exchange(web, landed.searchParams.get('code') ?? '');
    read = await scrape(port);
  });
  afterAll(() => parley?.stop());

  test('a sign-in shows in each stage: http, store, directory, signing', () => {
    const requests = (labels: Record<string, string>) => read.sum('parley_http_requests_total', labels);
    expect(requests({ route: '/auth', method: 'GET', status: '3xx' })).toBe(1);
    expect(requests({ route: '/interaction/:uid', method: 'POST', status: '3xx' })).toBe(1);
    expect(requests({ route: '/auth/:uid', status: '3xx' })).toBe(1);
    expect(requests({ route: '/token', method: 'POST', status: '2xx' })).toBe(1);
    expect(read.sum('parley_http_request_duration_seconds_count', { route: '/token' })).toBe(1);
    expect(read.sum('parley_http_requests_in_flight')).toBe(0);
    expect(read.sum('parley_store_operation_duration_seconds_count', { operation: 'consume' })).toBe(1);
    expect(read.sum('parley_store_failures_total')).toBe(0);
    expect(
      read.sum('parley_directory_calls_total', {
        brand: 'acme',
        directory: 'accounts',
        call: 'check_password',
        outcome: 'answered',
      }),
    ).toBe(1);
    expect(read.sum('parley_signing_duration_seconds_count')).toBe(1);
    expect(read.sum('parley_store_up')).toBe(1);
    expect(read.sum('parley_store_used_bytes')).toBeGreaterThan(10_000);
    expect(read.sum('parley_brands')).toBe(1);
    const signing = { brand: 'acme', algorithm: 'RS256' };
    expect(read.sum('parley_signing_keys', { ...signing, state: 'current' })).toBe(1);
    expect(read.sum('parley_signing_key_age_seconds', signing)).toBeGreaterThanOrEqual(0);
    expect(read.sum('parley_security_events_total', { brand: 'acme', event: 'key.loaded' })).toBe(2);
    expect(
      read.sum('parley_sign_ins_total', {
        brand: 'acme',
        client: 'web',
        way: 'password',
        outcome: 'signed_in',
      }),
    ).toBe(1);
    expect(
      read.sum('parley_tokens_issued_total', { brand: 'acme', client: 'web', grant: 'authorization_code' }),
    ).toBe(1);
    expect(read.sum('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(read.sum('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  test('what became of a sign-in or a code is told by a few words', async () => {
    const web = webClient(parley);
    await signIn(new Visitor(parley.fetch), authorizationUrl(web), { ...dana, password: 'wrong' });
    await exchange(web, 'invented');
    const after = await scrape(port);
    const refused = { brand: 'acme', client: 'web', way: 'password', outcome: 'refused' };
    expect(after.sum('parley_sign_ins_total', refused)).toBe(1);
    expect(after.sum('parley_security_events_total', { brand: 'acme', event: 'token.refused' })).toBe(1);
    expect(after.sum('parley_tokens_issued_total')).toBe(1);
  });

  test('docs/metrics.md lists every metric with its kind and its labels, and no other', () => {
    const text = readPages().find(({ path }) => path === 'docs/metrics.md')?.text ?? '';
    const rows = ["Parley's own", 'The process']
      .flatMap((heading) => readTableRows(text, heading))
      .map((row) => row.join(' | ').split(/ *\| */));
    const listed = rows
      .filter(([names = '']) => /^`(?:parley|nodejs|process)_/.test(names))
      .flatMap(([names = '', kind, labels = '']) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name]) => ({ name, kind, labels })),
      );
    // Of a worker's, and of a process that has a single start.
    const elsewhere = ['parley_worker_losses_total', 'process_start_time_seconds'];
    const here = listed.filter(({ name = '' }) => !elsewhere.includes(name));
    const seen = [...read.types].filter(([name]) => !elsewhere.includes(name));
    expect(here.map(({ name, kind }) => `${name} ${kind}`).toSorted()).toEqual(
      seen.map((pair) => pair.join(' ')).toSorted(),
    );
    for (const { name = '', labels } of listed) {
      const samples = read.samples.filter(
        (sample) => sample.name.replace(/_(?:bucket|sum|count)$/, '') === name,
      );
      const used = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      used.delete('le');
      if (samples.length > 0) expect(labels.match(/\w+/g) ?? []).toEqual([...used]);
    }
  });

  test('no value that a stranger invents becomes a series', async () => {
    await strangeRequests(0);
    const before = seriesOf(await scrape(port));
    for (let round = 1; round < 40; round += 1) await strangeRequests(round);
    expect(seriesOf(await scrape(port)).filter((series) => !before.includes(series))).toEqual([]);
  });

  /** Which kinds of garbage were collected is not for strangers to say. */
  function seriesOf({ samples }: Exposition): string[] {
    return samples
      .filter(({ name }) => !name.startsWith('nodejs_gc_'))
      .map(({ name, labels }) => `${name}${JSON.stringify(labels)}`);
  }

  async function strangeRequests(round: number): Promise<void> {
    const word = `invented-${round}`;
    const form = {
      method: 'POST',
      body: new URLSearchParams({ grant_type: word, client_id: word, code: word }),
    };
    await Promise.all([
      parley.fetch(`${parley.issuer}/${word}`),
      parley.fetch(`${parley.issuer}/${word}/token`, { method: 'PUT' }),
      parley.fetch(`${parley.issuer}/auth?client_id=${word}&response_type=${word}&scope=${word}`),
      parley.fetch(`${parley.issuer}/interaction/${word}/with/${word}`),
      parley.fetch(`${parley.issuer}/page/livechat/${word}`, { method: 'POST' }),
      parley.fetch(`${parley.issuer}/token`, form),
      parley.fetch(`${parley.issuer}/jwks`, { method: 'PROPFIND' }),
      parley.fetch(`http://${word}.example:${parley.port}/auth`),
    ]);
  }

  test('the listener answers nothing else, and no consumer reaches the metrics', async () => {
    const other = async (path: string, method = 'GET') =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status;
    expect(await other('/')).toBe(404);
    expect(await other('/healthz')).toBe(404);
    expect(await other('/metrics', 'POST')).toBe(404);
    expect((await parley.fetch(`${parley.issuer}/metrics`)).status).toBe(404);
  });
});
