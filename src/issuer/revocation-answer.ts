import type { Context, Middleware, Next } from 'koa';

/**
 * A revocation is answered with 200 and nothing (RFC 7009 section 2.2). oidc-provider labels that nothing
 * `text/plain`, and oidc-client-ts then takes the revocation for failed. The library lets caches keep the answer, too:
 * it is the one endpoint for tokens where it does.
 */
export const revocationAnswer: Middleware = (ctx: Context, next: Next) =>
  ctx.path === '/token/revocation' ? answerRevocation(ctx, next) : next();

async function answerRevocation(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store');
  await next();
  if (ctx.status === 200) ctx.remove('Content-Type');
}
