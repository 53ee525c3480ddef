import type { Middleware } from 'koa';
import type { Log } from '../log.ts';

/**
 * One line per answered request, with the address that trusted proxies vouch for. The query is left out: it may
 * carry codes, hints and state.
 */
export function accessLog(log: Log, now: () => number): Middleware {
  return async (ctx, next) => {
    const began = now();
    const { path, method } = ctx;
    await next();
    // A page that polls every second would bury everything else.
    log[ctx.state['isPolling'] && ctx.status < 400 ? 'debug' : 'info'](
      {
        supportId: ctx.state['requestId'],
        brand: ctx.state['brand'],
        address: ctx.ip,
        method,
        path,
        status: ctx.status,
        milliseconds: now() - began,
      },
      'request',
    );
  };
}
