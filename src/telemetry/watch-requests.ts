import { context } from '@opentelemetry/api';
import type { Context, Middleware } from 'koa';
import type { CountedRequest } from './contract.ts';
import type { Metrics } from './metrics.ts';
import { createRequestSpan } from './request-span.ts';
import { methodOf, routeOf, statusClassOf } from './routes.ts';
import type { WatchOptions } from './watch-store.ts';

/** Counts and times each request and begins its trace; one that a stranger sends along is not taken over. */
export function watchRequests({ metrics, tracer }: WatchOptions): Middleware | undefined {
  if (!metrics && !tracer) return undefined;
  return async (ctx, next) => {
    const began = performance.now();
    // Some endpoints write a path of the library over their own.
    const { path } = ctx;
    const span = tracer && createRequestSpan(tracer);
    metrics?.requestsInFlight.inc();
    try {
      await (span ? context.with(span.context, next) : next());
    } finally {
      const route = routeOf(path, ctx.state['issuerPath'] as string | undefined);
      const method = methodOf(ctx.method);
      metrics?.requestsInFlight.dec();
      const seconds = (performance.now() - began) / 1000;
      if (metrics) count(metrics, { route, method, status: ctx.status, seconds });
      span?.end({
        name: `${method} ${route}`,
        attributes: describe(ctx, { route, method }),
        failed: ctx.status >= 500,
      });
    }
  };
}

/** For requests that are answered before any middleware. */
export function countRequest({ metrics }: WatchOptions): ((request: CountedRequest) => void) | undefined {
  if (!metrics) return undefined;
  return ({ issuerPath, path, method, ...rest }) =>
    count(metrics, { route: routeOf(path, issuerPath), method: methodOf(method), ...rest });
}

function count(
  metrics: Metrics,
  { route, method, status, seconds }: { route: string; method: string; status: number; seconds: number },
): void {
  metrics.requests.inc({ route, method, status: statusClassOf(status) });
  metrics.requestDuration.observe({ route }, seconds);
}

/** Without the address: it may say more than which route it was. */
function describe(ctx: Context, { route, method }: { route: string; method: string }) {
  return {
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': ctx.status,
    'parley.support_id': String(ctx.state['requestId']),
    ...(ctx.state['brand'] !== undefined && { 'parley.brand': String(ctx.state['brand']) }),
  };
}
