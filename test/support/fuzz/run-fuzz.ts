import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Agent, request } from 'undici';
import { isSentAway } from '../coming-again.ts';
import { type Browsers, createBrowsers } from './browsers.ts';
import { findDiscovered, findPaths } from './find-paths.ts';
import { type Draft, requestArbitrary } from './requests.ts';
import type { Value } from './values.ts';

export interface FuzzOptions {
  /** A running server, whose process is `pid`. */
  issuer: string;
  pid: number;
  seed: number;
  /** Ends behind both. */
  milliseconds: number;
  atLeast?: number;
  /** Told now and then. */
  onProgress?(report: FuzzReport): void;
}

export interface FuzzReport {
  seed: number;
  requests: number;
  /** By status class, such as `4xx`. */
  answers: Record<string, number>;
  paths: number;
  /** Milliseconds of the slowest answer. */
  slowest: number;
  /** Resident memory of the server, in MB: after the first fifth, and at the end. */
  memory: { early: number; end: number };
  /** Each is a whole request and what was wrong with its answer. */
  faults: string[];
}

/** Requests at a time. */
const parallel = 32;
const batchSize = 1000;
/** Milliseconds without an answer, which is a hang. */
const patience = 20_000;
/** Times that an overloaded server is asked again; what is refused once more is a fault. */
const mostRepeats = 10;

/** Sends requests of every kind to every path until the time is over; a fault ends it early. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { issuer, pid, seed, milliseconds, atLeast = 0, onProgress } = options;
  const agent = new Agent({ connections: parallel, headersTimeout: patience, bodyTimeout: patience });
  const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as object;
  const paths = [...new Set([...findPaths(), ...findDiscovered({ ...discovery }, issuer)])];
  const arbitrary = requestArbitrary(paths);
  const browsers = createBrowsers();
  const began = performance.now();
  const report: FuzzReport = {
    seed,
    requests: 0,
    answers: {},
    paths: paths.length,
    slowest: 0,
    memory: { early: 0, end: 0 },
    faults: [],
  };
  const isOver = () =>
    report.faults.length > 0 || (performance.now() - began > milliseconds && report.requests >= atLeast);

  let drafts: Draft[] = [];
  let batch = 0;
  const take = (): Draft => {
    if (drafts.length === 0) {
      drafts = fc.sample(arbitrary, { seed: seed + batch, numRuns: batchSize });
      batch += 1;
    }
    return drafts.pop() as Draft;
  };

  async function work(): Promise<void> {
    while (!isOver()) {
      const sent = fill(take(), browsers, report.requests);
      report.requests += 1;
      await send(sent);
      if (report.memory.early === 0 && performance.now() - began > milliseconds / 5)
        report.memory.early = memoryOf(pid);
      if (onProgress && report.requests % 10_000 === 0)
        onProgress({ ...report, memory: { ...report.memory, end: memoryOf(pid) } });
    }
  }

  async function send(sent: Sent, repeats = 0): Promise<void> {
    const started = performance.now();
    try {
      const { statusCode, headers, body } = await request(`${issuer}${sent.path}`, {
        method: sent.method as 'GET',
        headers: sent.headers,
        dispatcher: agent,
        ...(sent.body !== undefined && { body: sent.body }),
      });
      const text = await body.text();
      report.slowest = Math.max(report.slowest, performance.now() - started);
      // A machine that stood still has kept it in line for too long. An answer to HEAD has no words; what really failed is a line of
      // the server's log as well.
      const isLate = isSentAway(statusCode, text) || (statusCode === 503 && sent.method === 'HEAD');
      if (isLate && repeats < mostRepeats) {
        await pause(Number(headers['retry-after'] ?? 1) * 1000);
        return await send(sent, repeats + 1);
      }
      const kind = `${String(statusCode)[0]}xx`;
      report.answers[kind] = (report.answers[kind] ?? 0) + 1;
      const fault = findFault(statusCode, headers, text);
      if (fault) report.faults.push(`${fault}\n${JSON.stringify(sent)}\n${text.slice(0, 500)}`);
      browsers.learn(sent.browser, headers, text);
    } catch (error) {
      report.faults.push(`no answer: ${String(error)}\n${JSON.stringify(sent)}`);
    }
  }

  await Promise.all(Array.from({ length: parallel }, work));
  report.memory.end = memoryOf(pid);
  await agent.close();
  return report;
}

function findFault(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  text: string,
): string | undefined {
  if (status >= 500) return `status ${status}`;
  if (/node_modules|node:internal|\bat \S+ \(?[^\n]*\.[tj]s:\d/.test(text)) return 'a stack trace';
  if (text.includes('[object Object]')) return 'an object as text';
  if (!headers['x-request-id']) return 'no support id';
  return undefined;
}

interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  browser: number;
}

function fill(draft: Draft, browsers: Browsers, count: number): Sent {
  const textOf = (value: Value): string => {
    if (typeof value === 'string') return value;
    return 'own' in value ? browsers.ownOf(draft.browser, value.own) : browsers.find(value.given);
  };
  const pairs = draft.parameters.map(([name, value]) => [name, textOf(value)] as const);
  const form = pairs.map(([name, value]) => `${escape(name)}=${escape(value)}`).join('&');
  const hasBody = draft.method !== 'GET' && draft.method !== 'HEAD' && draft.place !== 'query';
  const inQuery = !hasBody || draft.place === 'both';
  const path = draft.path.replaceAll(/:\w+/g, () => escape(textOf(draft.part)).slice(0, 2000) || 'x');
  const body = hasBody ? bodyOf(draft.place, pairs, form) : undefined;
  const cookies = browsers.cookiesOf(draft.browser);
  return {
    method: draft.method,
    path: inQuery && form ? `${path}?${form.slice(0, 12_000)}` : path,
    browser: draft.browser,
    headers: {
      accept: 'text/html',
      ...(cookies && { cookie: cookies }),
      ...(body && { 'content-type': body.type }),
      ...draft.headers,
      // Addresses of a trusted proxy's making: a limit that answers everything would hide the rest.
      'x-forwarded-for': `10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`,
    },
    ...(body && { body: body.content }),
  };
}

function bodyOf(place: Draft['place'], pairs: readonly (readonly [string, string])[], form: string) {
  switch (place) {
    case 'json':
      return { type: 'application/json', content: JSON.stringify(Object.fromEntries(pairs)) };
    case 'multipart':
      return {
        type: 'multipart/form-data; boundary=x',
        content: pairs
          .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
          .join(''),
      };
    case 'bytes':
      return {
        type: 'application/x-www-form-urlencoded',
        content: Buffer.from(`\xff\xfe${form}`, 'latin1'),
      };
    default:
      return { type: 'application/x-www-form-urlencoded', content: form };
  }
}

/** A lone surrogate has no encoding; its broken bytes go out as they would from a broken client. */
function escape(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
}

/** @returns MB */
function memoryOf(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}
