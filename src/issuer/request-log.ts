import type { Log } from '../log.ts';
import type { BrandStore } from '../store/contract.ts';

/** One request of a client as an integrator may see it: no secret, no token, no code, no state. */
export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  at: number;
  /** Below the issuer, such as `/token`. */
  endpoint: string;
  outcome: RequestOutcome;
  /** The protocol's error code. */
  error?: string;
  description?: string;
  /** The request's parameter at fault, where it is known. */
  parameter?: string;
  supportId: string;
}

/** `asked`: the consumer was shown a page first. `failed`: our side. */
export type RequestOutcome = 'answered' | 'asked' | 'refused' | 'failed';

/** The last requests of each client, for a day. */
export interface RequestLog {
  /** Returns at once and never throws. */
  add(clientId: string, request: LoggedRequest): void;
  /** Resolves when everything that was added is in the store, or is given up. */
  flush(): Promise<void>;
  /** Oldest first. Rejects as the store does. */
  list(clientId: string): Promise<LoggedRequest[]>;
}

export interface RequestLogOptions {
  /** A share of its own: nothing here may look like a request's own work to whoever watches the store. */
  store: Pick<BrandStore, 'upsert' | 'find' | 'increment'>;
  log: Pick<Log, 'debug'>;
}

/** Requests kept per client, and places in its ring. */
const most = 50;
/** Seconds. */
const lifetime = 24 * 3600;
const counterWindow = 365 * 24 * 3600;
/** Milliseconds in which requests are gathered for one write. */
const gathering = 250;
/** Milliseconds between two writes that only tell of answers: a thousand brands write, and their requests pay. */
const pace = 5000;

/**
 * A ring of fixed places per client: a counter says which place is next, and what is written there is gone after
 * a day. Requests are gathered and written after their answers, so that the log costs no request any time. What went
 * wrong, and the brand's first request after a pause, is there after a quarter of a second: somebody may be looking for
 * it. What a busy brand's clients were answered is gathered for longer. When the store does not answer, they are lost.
 */
export function createRequestLog({ store, log }: RequestLogOptions): RequestLog {
  const pending = new Map<string, LoggedRequest[]>();
  let writing = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let firesAt = Infinity;
  let flushedAt = -Infinity;

  /** @param now milliseconds of the process's life */
  function flushBy(time: number, now: number): void {
    if (firesAt <= time) return;
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), time - now).unref();
    firesAt = time;
  }

  async function write(clientId: string, requests: LoggedRequest[]): Promise<void> {
    const place = (await store.increment(counterOf(clientId), counterWindow)) % most;
    await store.upsert('RequestLog', placeOf(clientId, place), { requests }, lifetime);
  }

  /** One after the other: a later entry must not take an earlier place. */
  async function writeAll(gathered: [string, LoggedRequest[]][], before: Promise<void>): Promise<void> {
    await before;
    const outcomes = await Promise.allSettled(gathered.map(([clientId, list]) => write(clientId, list)));
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    if (lost) log.debug({ detail: String(lost.reason) }, 'request log lost');
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    firesAt = Infinity;
    flushedAt = performance.now();
    const gathered = [...pending];
    pending.clear();
    writing = writeAll(gathered, writing);
    return writing;
  }

  return {
    flush,
    add(clientId, request) {
      const requests = pending.get(clientId) ?? [];
      requests.push(request);
      if (requests.length > most) requests.shift();
      pending.set(clientId, requests);
      const now = performance.now();
      const soon = now + gathering;
      flushBy(request.outcome === 'answered' ? Math.max(soon, flushedAt + pace) : soon, now);
    },
    async list(clientId) {
      await (pending.has(clientId) ? flush() : writing);
      const places = Array.from({ length: most }, (_, place) => placeOf(clientId, place));
      const records = await Promise.all(places.map((id) => store.find('RequestLog', id)));
      const requests = records.flatMap((record) => (record?.['requests'] ?? []) as LoggedRequest[]);
      return requests.toSorted((a, b) => a.at - b.at).slice(-most);
    },
  };
}

function counterOf(clientId: string): string {
  return `request-log:${clientId}`;
}

function placeOf(clientId: string, place: number): string {
  return `${clientId}/${place}`;
}
