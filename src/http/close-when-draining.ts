import type { Middleware } from 'koa';

/**
 * While the process drains, each answer also ends its connection: a proxy or browser that kept it open would hold
 * the stop up until the grace is over (RFC 9112 section 9.6).
 */
export function closeWhenDraining(isDraining: () => boolean): Middleware {
  return async (ctx, next) => {
    await next();
    if (isDraining()) ctx.set('Connection', 'close');
  };
}
