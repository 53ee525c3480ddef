import type { Middleware } from 'koa';
import type { Log } from '../log.ts';

/**
 * One line per answered request, with the address that trusted proxies vouch for. The query is left out: it may
 * carry codes, hints and state. Of what is left, nothing has a name that the log redacts, so it is not searched for.
 */
export function accessLog(processLog: Log, now: () => number): Middleware {
  const log = processLog.child({}, { redact: [] });
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
