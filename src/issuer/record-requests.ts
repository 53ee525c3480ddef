import type { EventEmitter } from 'node:events';
import type { Context, Middleware, Next } from 'koa';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import { findParameter } from './find-parameter.ts';
import { refusals } from './log-events.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

export interface RecordRequestsOptions {
  provider: Provider;
  clientIds: ReadonlySet<string>;
  requestLog: Pick<RequestLog, 'add'>;
  /** Milliseconds since the epoch. */
  now(): number;
}

type Fault = Error & {
  status?: number;
  error?: string;
  error_description?: string;
  error_detail?: string;
  cause?: unknown;
};

type Finding = Pick<LoggedRequest, 'outcome' | 'error' | 'description' | 'parameter'>;

/**
 * Tells the request log what became of each request that a client is known for. It is the outermost middleware of
 * an issuer and works after the answer: it reads no store and changes nothing.
 *
 * A stranger's page leaves no trace, whatever client it names (`/page/…` without a page proof), and neither does
 * what a page asks for at each of its views.
 */
export function recordRequests({ provider, clientIds, requestLog, now }: RecordRequestsOptions): Middleware {
  const faults = new WeakMap<object, Fault>();
  const asked = new WeakMap<object, string>();
  for (const event of [...refusals, 'server_error']) {
    (provider as EventEmitter).on(event, (ctx: object, fault: Fault) => faults.set(ctx, fault));
  }
  provider.on('interaction.started', (ctx, prompt) => asked.set(ctx, prompt.name));

  function record(ctx: Context, endpoint: string, thrown: Fault | undefined): void {
    const clientId = findClientId(ctx, endpoint);
    if (clientId === undefined || !clientIds.has(clientId)) return;
    if (ctx.status === 200 && isAskedAtEachView(endpoint)) return;
    const fault = thrown ?? faults.get(ctx) ?? findAnsweredFault(ctx);
    const prompt = asked.get(ctx);
    const finding: Finding = fault
      ? describeFault(fault, ctx.status)
      : prompt === undefined
        ? { outcome: ctx.status < 400 ? 'answered' : 'refused' }
        : { outcome: 'asked', description: `the ${prompt} page` };
    requestLog.add(clientId, { at: now(), endpoint, ...finding, supportId: String(ctx.state['requestId']) });
  }

  return async (ctx: Context, next: Next) => {
    // The page endpoints write a path of the library over their own.
    const endpoint = ctx.path.replace(/^\/auth\/.+/, '/auth/…');
    let thrown: Fault | undefined;
    try {
      await next();
    } catch (error) {
      thrown = error as Fault;
      throw error;
    } finally {
      if (endpoints.test(endpoint)) record(ctx, endpoint, thrown);
    }
  };
}

const endpoints = /^\/(?:auth(?:\/…)?|request|token(?:\/\w+)?|userinfo|session\/end|page\/[\w-]+)$/;

function findClientId(ctx: Context, endpoint: string): string | undefined {
  if (endpoint.startsWith('/page/')) return ctx.state['provenClientId'] as string | undefined;
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const named = oidc?.client?.clientId ?? oidc?.params?.['client_id'] ?? ctx.query['client_id'];
  return typeof named === 'string' ? named : undefined;
}

/** An error in a JSON answer or in the address that the browser is sent back to, of which no event told. */
function findAnsweredFault(ctx: Context): Fault | undefined {
  const target: string | undefined = ctx.response.get('Location');
  // Most carry a code or a token, and a long one.
  const location = ctx.status < 400 && target?.includes('error=') ? URL.parse(target) : null;
  const answer = location && new URLSearchParams(location.hash ? location.hash.slice(1) : location.search);
  const body = answer ? Object.fromEntries(answer) : ctx.body;
  return typeof body === 'object' && body !== null && 'error' in body ? (body as Fault) : undefined;
}

function describeFault(fault: Fault, status: number): Finding {
  const own = [fault, fault.cause].find((error) => error instanceof ParleyError);
  if (own ? own.status >= 500 : status >= 500 || fault.error === undefined) {
    // The reason is the operator's.
    return { outcome: 'failed', error: fault.error ?? 'server_error' };
  }
  const error = printable(fault.error ?? own?.code ?? 'refused');
  const sentence = [fault.error_description, fault.error_detail ?? reasonOf(fault)]
    .filter(Boolean)
    .join(': ');
  const parameter = findParameter(error, sentence);
  return {
    outcome: 'refused',
    error,
    ...(sentence && { description: printable(sentence) }),
    ...(parameter && { parameter }),
  };
}

/** Only here are causes sentences of the library; those of parsers quote what they could not read. */
function reasonOf({ error, cause }: Fault): string | undefined {
  const isSafe = error === 'invalid_grant' || error === 'invalid_client';
  return isSafe && cause instanceof Error ? cause.message : undefined;
}

/** A stranger's parameter name may stand in it: nothing that would steer a terminal, and not much of it. */
function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 200);
}

/** The identity, and whether a platform's token is there: answered, these tell nobody anything. */
function isAskedAtEachView(endpoint: string): boolean {
  return endpoint === '/page/identity' || /^\/page\/[a-z]+\/(?:token|has)$/.test(endpoint);
}
