import type { Middleware } from 'koa';

/** Every change is asked for by the demo's own pages: browsers name the origin of each POST. */
export function createSameOriginCheck(issuer: string): Middleware {
  const { origin } = new URL(issuer);
  return async (ctx, next) => {
    const changes = ctx.method !== 'GET' && ctx.method !== 'HEAD';
    if (changes && ctx.get('origin') !== origin) ctx.throw(403, 'not from this page');
    await next();
  };
}
