import type { Middleware } from 'koa';
import type { Log } from '../log.ts';

/** One line per answered request. The query is left out: it may carry codes, hints and state. */
export function accessLog(log: Log, now: () => number): Middleware {
  return async (ctx, next) => {
    const began = now();
    const { path, method } = ctx;
    await next();
    log.info(
      {
        supportId: ctx.state['requestId'],
        brand: ctx.state['brand'],
        method,
        path,
        status: ctx.status,
        milliseconds: now() - began,
      },
      'request',
    );
  };
}
