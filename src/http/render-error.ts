import type { Context, Middleware } from 'koa';
import { ParleyError } from '../errors.ts';
import type { Log } from '../log.ts';
import { setAnswerPolicy } from './answer-policy.ts';

export interface ErrorPage {
  (
    ctx: Context,
    model: { sentence: string; integrator?: { error: string; error_description: string } },
  ): void;
}

/** An error that carries a protocol answer: oidc-provider's own classes look like this. */
interface ProtocolError extends Error {
  error: string;
  error_description?: string;
  statusCode: number;
}

/**
 * The last stop of every failure: a page for a browser, JSON for a program, the reason for the log alone.
 * Every 503 and 429 says when to try again.
 */
export function renderError(showError: ErrorPage, log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && !ctx.body) throw new ParleyError('not_found');
    } catch (error) {
      answer(ctx, error, { showError, log });
    }
    if ((ctx.status === 503 || ctx.status === 429) && !ctx.response.get('Retry-After'))
      ctx.set('Retry-After', '2');
  };
}

function answer(ctx: Context, error: unknown, { showError, log }: { showError: ErrorPage; log: Log }): void {
  const own = findOwnError(error) ?? findRequestFault(error);
  const protocol = !own && isProtocolError(error) ? error : undefined;
  const failure =
    own ?? (protocol ? undefined : new ParleyError('server_error', String(error), { cause: error }));
  ctx.status = failure?.status ?? protocol?.statusCode ?? 500;
  // A half-made answer must not hand out a code or a session, and an error leads nowhere.
  ctx.remove('Location');
  if (ctx.status >= 500) ctx.remove('Set-Cookie');
  if (failure?.retryAfter) ctx.set('Retry-After', String(failure.retryAfter));
  ctx.set('Cache-Control', 'no-store');
  // Many are refused before the brand's own answers begin.
  setAnswerPolicy(ctx);
  report(ctx, log, failure ?? protocol ?? error);

  const integrator = protocol && {
    error: protocol.error,
    error_description: protocol.error_description ?? '',
  };
  if (ctx.accepts('json', 'html') === 'html') {
    showError(ctx, { sentence: failure?.sentence ?? requestFault, ...(integrator && { integrator }) });
  } else {
    ctx.body = {
      ...(integrator ?? { error: codeFor(failure), error_description: describe(error, failure) }),
      support_id: ctx.state['requestId'],
    };
  }
}

/** The issuer's own words for a failure, where it has some: its reader is a program's author. */
function describe(error: unknown, failure: ParleyError | undefined): string | undefined {
  const { error_description: words }: { error_description?: unknown } = Object(error);
  return typeof words === 'string' ? words : failure?.sentence;
}

const requestFault = 'This link is not valid. Please go back to where you came from and try again.';

function codeFor(failure: ParleyError | undefined): string {
  if (failure === undefined || failure.status >= 500)
    return failure?.status === 503 ? 'temporarily_unavailable' : 'server_error';
  return failure.code;
}

function findOwnError(error: unknown): ParleyError | undefined {
  if (error instanceof ParleyError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ParleyError ? cause : undefined;
}

/** Koa's and the body parser's own refusals: too long, a broken encoding. */
function findRequestFault(error: unknown): ParleyError | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (typeof status !== 'number' || status < 400 || status >= 500 || isProtocolError(error)) return undefined;
  return new ParleyError('request_refused', `${status}: ${String(error)}`, { cause: error });
}

function isProtocolError(error: unknown): error is ProtocolError {
  return (
    error instanceof Error &&
    'error' in error &&
    'statusCode' in error &&
    (error as ProtocolError).statusCode < 500
  );
}

function report(ctx: Context, log: Log, error: unknown): void {
  // Whoever turns requests away by the thousand tells the log of it in a few lines.
  ctx.state['isOneOfMany'] = error instanceof ParleyError && error.isOneOfMany;
  if (ctx.state['isOneOfMany']) return;
  const details = {
    supportId: ctx.state['requestId'],
    brand: ctx.state['brand'],
    path: ctx.path,
    error: error instanceof ParleyError ? error.code : (error as Partial<ProtocolError>).error,
    detail: error instanceof Error ? error.message : String(error),
  };
  if (ctx.status < 500) log.info(details, 'request refused');
  else log.error({ ...details, ...(ctx.status === 500 && { stack: stackOf(error) }) }, 'request failed');
}

function stackOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.stack : error instanceof Error ? error.stack : undefined;
}
