import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { onEachStore } from '../support/on-each-store.ts';
import {
  answerOf,
  authorizationUrl,
  type Client,
  exchange,
  postAsClient,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { recordTraces, type Traces } from '../support/traces.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const nameOf = ({ name }: ReadableSpan) => name;
const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
const requestsOf = (spans: readonly ReadableSpan[]) => spans.filter(({ name }) => /^[A-Z]+ \//.test(name));
const parentOf = (span: ReadableSpan, spans: readonly ReadableSpan[]) =>
  spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId);

onEachStore((store) => {
  let traces: Traces;
  let parley: RunningParley;
  let web: Client;

  beforeAll(async () => {
    traces = recordTraces();
    const url = store();
    parley = await startParley(url ? { store: url } : {});
    web = webClient(parley);
  });
  afterAll(async () => {
    await parley?.stop();
    await traces?.stop();
  });
  beforeEach(() => void traces.take());

  async function signInWithCode(
    url = authorizationUrl(web),
  ): Promise<{ code: string; spans: ReadableSpan[] }> {
    const landed = await signIn(new Visitor(), url, dana);
    const code = answerOf(landed).get('code') ?? '';
    expect((await exchange(web, code)).status).toBe(200);
    return { code, spans: traces.take() };
  }

  describe('one sign-in', () => {
    test('is one trace from the authorization request to the token', async () => {
      const { spans } = await signInWithCode();
      expect(new Set(spans.map(traceOf)).size).toBe(1);
      const requests = requestsOf(spans);
      expect(requests.map(nameOf)).toEqual([
        'GET /auth',
        'GET /interaction/:uid',
        'POST /interaction/:uid',
        'GET /auth/:uid',
        'POST /token',
      ]);
      // Each goes on with the request that left what it found.
      expect(requests.map((request) => parentOf(request, spans)?.name)).toEqual([
        undefined,
        'GET /auth',
        'GET /auth',
        'POST /interaction/:uid',
        'GET /auth/:uid',
      ]);
    });

    test('shows what the store, the directory and the signature took, in the request that needed them', async () => {
      const { spans } = await signInWithCode();
      const below = (request: string) =>
        spans.filter((span) => parentOf(span, spans)?.name === request).map(nameOf);
      expect(below('POST /interaction/:uid')).toEqual(
        expect.arrayContaining(['store find', 'store upsert', 'directory check_password']),
      );
      expect(below('GET /auth/:uid')).toEqual(
        expect.arrayContaining(['store upsert', 'directory find_account']),
      );
      expect(below('POST /token')).toEqual(
        expect.arrayContaining(['store find', 'store consume', 'directory find_account', 'sign id_token']),
      );
      const consume = spans.find(({ name }) => name === 'store consume');
      expect(consume?.attributes).toMatchObject({ 'parley.model': 'AuthorizationCode' });
      for (const span of spans) {
        const parent = parentOf(span, spans);
        if (!parent || requestsOf([span]).length > 0) continue;
        expect(span.startTime[0] * 1e3 + span.startTime[1] / 1e6).toBeGreaterThanOrEqual(
          parent.startTime[0] * 1e3 + parent.startTime[1] / 1e6 - 1,
        );
      }
    });

    test('carries the support id of each request and nothing about the consumer', async () => {
      const { code, spans } = await signInWithCode();
      for (const request of requestsOf(spans)) {
        expect(request.attributes).toMatchObject({
          'parley.brand': 'acme',
          'parley.support_id': expect.stringMatching(/^[2-9A-Z]{10}$/),
          'http.response.status_code': expect.any(Number),
        });
      }
      const text = JSON.stringify(
        spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
      );
      for (const secret of [dana.login, dana.sub, dana.password, code, 'Reyes', web.secret ?? ''])
        expect(text).not.toContain(secret);
    });

    test('has its id in the log line of each request', async () => {
      const from = parley.log.length;
      const { spans } = await signInWithCode();
      const ids = parley.log.slice(from).flatMap(({ msg, traceId }) => (msg === 'request' ? [traceId] : []));
      expect(ids).toEqual(requestsOf(spans).map(traceOf));
    });

    test('begins at the pushed request where there is one', async () => {
      const uri = await pushRequest();
      const url = new URL(`${web.issuer}/auth`);
      url.search = new URLSearchParams({ client_id: web.clientId, request_uri: uri }).toString();
      const { spans } = await signInWithCode(url);
      expect(new Set(spans.map(traceOf)).size).toBe(1);
      expect(requestsOf(spans)[0]?.name).toBe('POST /request');
    });
  });

  async function pushRequest(): Promise<string> {
    const { searchParams } = authorizationUrl(web);
    const { body } = await postAsClient(web, '/request', Object.fromEntries(searchParams));
    return String(body['request_uri']);
  }

  test('two sign-ins are two traces, and so is a stranger who asks for a certain one', async () => {
    const first = await signInWithCode();
    const second = await signInWithCode();
    const wanted = '0af7651916cd43dd8448eb211c80319c';
    await fetch(authorizationUrl(web), {
      redirect: 'manual',
      headers: { traceparent: `00-${wanted}-b7ad6b7169203331-01` },
    });
    const third = traces.take();
    expect(traceOf(first.spans[0] as ReadableSpan)).not.toBe(traceOf(second.spans[0] as ReadableSpan));
    expect(third.map(traceOf)).not.toContain(wanted);
    expect(third.every(({ parentSpanContext }) => !parentSpanContext?.isRemote)).toBe(true);
  });

  test('a code that nobody knows makes a trace of its own, marked by its answer', async () => {
    expect((await exchange(web, 'invented')).status).toBe(400);
    const spans = traces.take();
    expect(requestsOf(spans).map(({ attributes }) => attributes['http.response.status_code'])).toEqual([400]);
    expect(new Set(spans.map(traceOf)).size).toBe(1);
  });
});
