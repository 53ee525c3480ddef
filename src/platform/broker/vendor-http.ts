import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { Log } from '../../log.ts';
import { startPatience } from '../../patience.ts';
import type { VendorCall } from '../../telemetry/contract.ts';
import { readAnswer, type VendorAnswer } from './vendor-answer.ts';
import { VendorError } from './vendor-error.ts';

/** Requests to a platform's servers, so that a platform that hangs or fails holds up nobody for long. */
export interface VendorHttp {
  /** An answer below 500 whose body is JSON or empty. @throws VendorError in every other case */
  send(request: VendorRequest): Promise<VendorAnswer>;
}

export interface VendorRequest {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  json?: object;
  form?: Record<string, string>;
  /** The call may be made twice without harm. */
  repeatable: boolean;
  /** By `performance.now()`: a request whose turn comes later is not sent. */
  beginsBy?: number | undefined;
}

export interface VendorHttpOptions {
  /** The platform's name, for the log. */
  title: string;
  fetch: typeof fetch;
  log: Pick<Log, 'error' | 'info'>;
  /** Milliseconds for one request, the body included. */
  timeout?: number;
  /** Told of each request that was sent. */
  onCall?: ((call: VendorCall) => void) | undefined;
}

/** Milliseconds. */
const usualTimeout = 4000;
const pauseWhileOpen = 10_000;
const parallel = 20;
const waiting = 200;

export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const isDown = handleWhen(
    (error) => error instanceof VendorError && error.fault === 'unavailable' && !error.isLimit,
  );
  const breaker = circuitBreaker(isDown, {
    halfOpenAfter: pauseWhileOpen,
    breaker: new ConsecutiveBreaker(5),
  });
  const places = bulkhead(parallel, waiting);
  // Jitter is the library's default: processes that failed together do not come back together.
  // Where the platform named a time, that is kept instead.
  const isWorthAnother = handleWhen(
    (error) =>
      error instanceof VendorError && error.fault === 'unavailable' && error.retryAfter === undefined,
  );
  const again = retry(isWorthAnother, {
    maxAttempts: 1,
    backoff: new ExponentialBackoff({ initialDelay: 150 }),
  });
  const repeated = wrap(breaker, again);
  tellChanges(breaker, options);

  return {
    async send(request) {
      try {
        return await places.execute(() => {
          checkTurn(request, options.title);
          return (request.repeatable ? repeated : breaker).execute(() => sendTold(options, request));
        });
      } catch (error) {
        throw toVendorError(error, options.title);
      }
    },
  };
}

/** Once per change: a breaker that tries in vain and opens again is no news. */
function tellChanges(breaker: CircuitBreakerPolicy, { title, log }: VendorHttpOptions): void {
  let isDown = false;
  breaker.onBreak(() => {
    if (!isDown) log.error(`${title} does not answer: it is asked now and then only`);
    isDown = true;
  });
  breaker.onReset(() => {
    isDown = false;
    log.info(`${title} answers again`);
  });
}

function checkTurn({ beginsBy = Infinity }: VendorRequest, title: string): void {
  if (performance.now() <= beginsBy) return;
  throw new VendorError(
    'unavailable',
    `${title} was slow with other calls: one that came too late was not made`,
  );
}

async function sendTold(options: VendorHttpOptions, request: VendorRequest): Promise<VendorAnswer> {
  const began = performance.now();
  const tell = (outcome: VendorCall['outcome']): void =>
    options.onCall?.({ outcome, seconds: (performance.now() - began) / 1000 });
  try {
    const answer = await sendOnce(options, request);
    tell('answered');
    return answer;
  } catch (error) {
    tell(error instanceof VendorError ? outcomeOf(error) : 'refused');
    throw error;
  }
}

function outcomeOf({ fault, isLimit }: VendorError): VendorCall['outcome'] {
  if (isLimit) return 'limited';
  return fault === 'unavailable' ? 'unavailable' : 'refused';
}

async function sendOnce(
  { title, fetch, timeout = usualTimeout }: VendorHttpOptions,
  { method, url, headers = {}, json, form }: VendorRequest,
): Promise<VendorAnswer> {
  const what = `${title}, ${method} ${new URL(url).pathname}`;
  const body = json ? JSON.stringify(json) : form && new URLSearchParams(form).toString();
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
  const patience = startPatience(timeout);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
      // A followed redirect would carry tokens elsewhere.
      redirect: 'manual',
      signal: patience.signal,
      ...(body !== undefined && { body }),
    });
    return await readAnswer(response, what);
  } catch (error) {
    throw error instanceof VendorError ? error : noAnswer(error, what);
  } finally {
    patience.end();
  }
}

/** fetch puts its reason into `cause`; only codes are repeated, for texts may carry the address with its query. */
function noAnswer(error: unknown, what: string): VendorError {
  const { name, cause }: { name?: unknown; cause?: unknown } = Object(error);
  const { code }: { code?: unknown } = Object(cause);
  const reason =
    name === 'TimeoutError' || code === 'TimeoutError'
      ? 'no answer in time'
      : `no answer (${typeof code === 'string' ? code : 'unknown reason'})`;
  // Nothing was sent where there was no connection.
  const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(
    String(code),
  );
  return new VendorError('unavailable', `${what}: ${reason}`, { maybeDone: !neverSent });
}

function toVendorError(error: unknown, title: string): unknown {
  if (error instanceof BrokenCircuitError)
    return new VendorError('unavailable', `${title} is not asked: it did not answer before`);
  if (error instanceof BulkheadRejectedError)
    return new VendorError('unavailable', `too many calls wait for ${title}`);
  return error;
}
