import type { Middleware } from 'koa';

/**
 * Nothing is parsed for a request that says neither a length nor an encoding: it has no body (RFC 9112 section 6.3), and its
 * stream is closed from the start (src/process/listen.ts), which a body parser takes for a connection that is gone.
 */
export const skipAbsentBodies: Middleware = (ctx, next) => {
  ctx['disableBodyParser'] = ctx.is() === null;
  return next();
};
