import { LRUCache } from 'lru-cache';
import { ParleyError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { DirectoryWatch } from '../../telemetry/contract.ts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import { createOutboundClient } from '../../outbound/outbound-client.ts';
import { createCallGuard } from '../resilience/call-guard.ts';
import { defaultPolicy } from '../resilience/resilience-policy.ts';
import { shareFlights } from '../resilience/share-flights.ts';
import { shareNextFlight } from '../resilience/share-next-flight.ts';
import type { BrandSession, BrandSessionAnswer, BrandSessionSettings } from './contract.ts';
import { type PickedCookies, pickCookies } from './pick-cookies.ts';
import { type ReadAnswer, readAnswer } from './read-answer.ts';

export interface BrandSessionOptions {
  settings: BrandSessionSettings;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The expression of `settings.account`. */
  findAccount(answer: Record<string, unknown>): unknown;
  watch: DirectoryWatch;
}

/** Milliseconds. */
const keep = 5000;
const mostAnswers = 10_000;
const longestAnswer = 64 * 1024;
/** For metrics. */
const label = 'session';

/**
 * Says to the brand that nobody is at the keyboard: a check must not count as the consumer's activity, or an open chat
 * page would keep the brand's session alive for ever.
 */
const passive = { 'parley-check': 'passive' };

type Picked = Extract<PickedCookies, { kind: 'picked' }>;

export function createBrandSession({
  settings,
  log,
  now,
  findAccount,
  watch,
}: BrandSessionOptions): BrandSession {
  const url = new URL(settings.url);
  const { timeout } = settings;
  const client = createOutboundClient({ configuredHosts: [url.host], timeout, longestBody: longestAnswer });
  const guard = createCallGuard({
    name: "brand's session",
    policy: { ...defaultPolicy, timeout },
    log,
    onBreaker: (state) => watch.breakerChanged(label, state),
  });
  const answers = new LRUCache<string, BrandSessionAnswer>({
    max: mostAnswers,
    ttl: keep,
    ttlResolution: 0,
    perf: { now },
  });
  let flights = openFlights();
  let mayWarn = true;

  async function ask({ header, hash }: Picked, start: number): Promise<BrandSessionAnswer> {
    const headers = { ...passive, accept: 'application/json', cookie: header };
    const question = async (): Promise<Exclude<ReadAnswer, { kind: 'unusable' }>> => {
      const read = readAnswer(
        await client.request({ method: 'GET', url, headers }).catch(unreachable),
        findAccount,
      );
      if (read.kind === 'unusable') refuse(read);
      return read;
    };
    const answer = await watch.watchCall(label, 'find_session', () =>
      guard.run(question, { repeatable: true }),
    );
    if (answer.kind === 'nobody') return answer;
    const askedAt = Math.floor(start / 1000);
    return { kind: 'signed-in', consumer: { ...answer.consumer, brandSession: hash, askedAt } };
  }

  /** One odd answer must not close the brand's session to everybody else, as one that is down would. */
  function refuse({ fault, isDown }: Extract<ReadAnswer, { kind: 'unusable' }>): never {
    const detail = `the brand's session at ${url.host} ${fault}`;
    throw isDown ? new DirectoryUnreachable(detail) : new ParleyError('directory_unavailable', detail);
  }

  /** The answer ages from the question on. @param purpose to `begin` a session, a question from before does not count */
  function askOnce(picked: Picked, purpose: 'begin' | 'confirm'): Promise<BrandSessionAnswer> {
    const current = flights;
    return current[purpose](picked.hash, async () => {
      const start = now();
      const answer = await ask(picked, start);
      if (current === flights) answers.set(picked.hash, answer, { start });
      return answer;
    });
  }

  /** The first-hour mistake: a cookie without a Domain stays at the host that set it. */
  function warnOfAbsence(): void {
    if (!mayWarn) return;
    mayWarn = false;
    const names = settings.cookies.join(', ');
    log.warn(
      { cookies: settings.cookies },
      `cookie ${names} never arrived: if consumers are signed in at the brand, it lacks Domain=… (docs/connect/session.md)`,
    );
  }

  return {
    async find(cookieHeader, { confirming, fresh = false } = {}) {
      const picked = pickCookies(cookieHeader, settings.cookies);
      if (picked.kind === 'none') {
        warnOfAbsence();
        return { kind: 'no-cookie' };
      }
      mayWarn = false;
      if (picked.kind === 'ambiguous') {
        log.warn({ cookies: [picked.name] }, `two cookies ${picked.name} arrived: neither is believed`);
        return { kind: 'nobody' };
      }
      const known = fresh ? undefined : answers.get(picked.hash);
      const counts = known?.kind === 'nobody' || (known && accountOf(known) === confirming);
      if (known && counts) return known;
      if (confirming === undefined || fresh) return askOnce(picked, 'begin');
      const answer = await askOnce(picked, 'confirm');
      const hasChanged = answer.kind === 'signed-in' && accountOf(answer) !== confirming;
      return hasChanged ? askOnce(picked, 'begin') : answer;
    },
    forget(cookieHeader) {
      const picked = pickCookies(cookieHeader, settings.cookies);
      if (picked.kind !== 'picked') return;
      answers.delete(picked.hash);
      // Questions on their way are answered to those who asked, and to nobody who comes later.
      flights = openFlights();
    },
    close: () => client.close(),
  };
}

function openFlights() {
  return { begin: shareNextFlight<BrandSessionAnswer>(), confirm: shareFlights<BrandSessionAnswer>() };
}

function unreachable(error: unknown): never {
  throw new DirectoryUnreachable(error instanceof Error ? error.message : 'unknown reason', error);
}

function accountOf(answer: BrandSessionAnswer): string | undefined {
  return answer.kind === 'signed-in' ? answer.consumer.accountId : undefined;
}
