import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registerSupport } from '../../src/cli/support.ts';
import { findSupportLines } from '../../src/operations/find-support-lines.ts';
import { type Collector, startCollector, tracingTo } from '../support/collector.ts';
import { root } from '../support/documentation.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';
import { type CliCall, callCli } from './cli-call.ts';

/** A consumer calls and reads a reference off the page: one command leads from there to what happened. */

let parley: ParleyProcess;
let collector: Collector;
let reference: string;
beforeAll(async () => {
  collector = await startCollector();
  parley = await spawnParley({
    serverYaml: { audit: { to: 'audit.log' } },
    env: tracingTo(collector),
  });
  const visitor = new Visitor(parley.fetch);
  const page = await visitor.follow(await visitor.get(authorizationUrl(webClient(parley))), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: 'not-her-password' };
  const refused = await visitor.post(new URL(action, parley.issuer), form);
  expect(refused.status).toBe(401);
  // What the consumer sees, not what the header says.
  reference = /Support reference <code>(\w{10})<\/code>/.exec(await refused.text())?.[1] ?? '';
  // Spans are sent now and then, and when the process is told to end: it does so when this request is over.
  const unfinished = connect(parley.port, '127.0.0.1');
  unfinished.write(
    'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n',
  );
  await once(unfinished, 'data');
  parley.signal('SIGTERM');
  await poll('the refused sign-in is at the collector', 30_000, () => findSpan() !== undefined);
  unfinished.destroy();
  await parley.ended();
  writeFileSync(join(parley.folder, 'parley.log'), parley.stdout());
});
afterAll(async () => {
  await parley.stop();
  await collector.stop();
});

const findSpan = () =>
  collector.spans.find(({ attributes }) => attributes['parley.support_id'] === reference);

async function support(args: readonly string[], input = ''): Promise<CliCall> {
  const stdin = Readable.from([input]);
  return callCli((program, io) => registerSupport(program, { ...io, stdin }), {
    args: ['support', ...args],
    cwd: parley.folder,
  });
}

describe('parley support', () => {
  test('leads from the page to the log and the audit log, and to what to do', async () => {
    const { stdout: text } = await support([reference, '--log', 'parley.log']);
    expect(text).toMatch(new RegExp(`^${reference}  20\\d\\d-\\d\\d-\\d\\d  acme\n`));
    expect(text).toMatch(/ log {4}POST \/interaction\/\S+ was answered 401 after \d+ ms\n/);
    expect(text).toMatch(/ audit {2}sign_in\.failed .*way: password/);
    expect(text).toContain('What to do: docs/operations.md, "A consumer cannot sign in"\n');
    expect(withoutIds(text)).not.toMatch(/not-her-password|dana/);
  });

  test('leads on to the trace, which is at the collector, and to the requests before in it', async () => {
    const { stdout: text } = await support([reference, '--log', 'parley.log']);
    const [, traceId = ''] = /^Trace ([0-9a-f]{32})$/m.exec(text) ?? [];
    expect(findSpan()).toMatchObject({ name: 'POST /interaction/:uid', traceId });

    const [before = '', after = ''] = text.split(`Trace ${traceId}\n`);
    // Its own lines, of the log and of the audit log, then those of the same trace, each with its own reference.
    expect(before).toContain('sign_in.failed');
    expect(after).toMatch(/^ .* log {4}GET \/auth was answered 303 after \d+ ms {2}\(\w{10}\)\n/);
    expect(after).toMatch(/^ .* log {4}GET \/interaction\/\S+ was answered 200 after \d+ ms {2}\(\w{10}\)$/m);
    expect(after).not.toContain(reference);

    const { stdout } = await support([reference, '--log', 'parley.log', '--json']);
    const { trace_ids, lines, related } = JSON.parse(stdout);
    expect(trace_ids).toEqual([traceId]);
    expect(new Set(lines.map(({ source }: { source: string }) => source))).toEqual(new Set(['log', 'audit']));
    expect(related).toHaveLength(2);
  });

  test('takes the reference as it is spoken, a packed log, and a pipe with names in front of the lines', async () => {
    const whole = await support([reference, '--log', 'parley.log']);
    const spoken = `${reference.slice(0, 4)} ${reference.slice(4, 8)}-${reference.slice(8)}`.toLowerCase();
    expect(await support([spoken, '--log', 'parley.log'])).toEqual(whole);
    writeFileSync(join(parley.folder, 'parley.log.gz'), gzipSync(parley.stdout()));
    expect(await support([reference, '--log', 'parley.log.gz'])).toEqual(whole);
    const prefixed = parley.stdout().replaceAll(/^/gm, 'parley-1  | ');
    expect(await support([reference], prefixed)).toEqual(whole);
  });

  test('says what to look at when no line has it', async () => {
    const { code, stderr } = await support(['QQQQQQQQQQ', '--log', 'parley.log']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^no line has the reference QQQQQQQQQQ: /)]);
  });

  test('the runbooks that it names are in the documentation', () => {
    const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    const source = readFileSync(join(root, 'src/cli/support.ts'), 'utf8');
    const named = [...source.matchAll(/\$\{operations\}, "([^"]+)"/g)].map(([, heading]) => heading);
    expect(named.length).toBeGreaterThan(2);
    for (const heading of named) expect(page).toMatch(new RegExp(`^### ${heading}$`, 'm'));
  });
});

test('lines of other requests in the same trace are found too', async () => {
  const line = (supportId: string, traceId: string | undefined, msg: string) =>
    JSON.stringify({ time: `2026-11-26T08:00:0${msg}Z`, level: 'info', supportId, traceId, msg });
  async function* log() {
    yield line('AAAAAAAAAA', 'f00d', '1');
    yield 'not JSON, with AAAAAAAAAA in it';
    yield line('BBBBBBBBBB', 'f00d', '2');
    yield line('CCCCCCCCCC', 'cafe', '3');
  }
  const found = await findSupportLines([log], 'BBBBBBBBBB');
  expect(found.lines.map(({ fields }) => fields['msg'])).toEqual(['2']);
  expect([found.traceIds, found.related.map(({ supportId }) => supportId)]).toEqual([
    ['f00d'],
    ['AAAAAAAAAA'],
  ]);
});
