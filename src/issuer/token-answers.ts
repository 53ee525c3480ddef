import type { Context, Middleware, Next } from 'koa';

/** What the standards say of answers at the token endpoints, and the library does not. */
export const tokenAnswers: Middleware = (ctx: Context, next: Next) => {
  // RFC 6749 section 5.1, for caches that know no Cache-Control.
  if (ctx.path === '/token') ctx.set('Pragma', 'no-cache');
  return ctx.path === '/token/revocation' ? answerRevocation(ctx, next) : next();
};

/**
 * A revocation is answered with 200 and nothing (RFC 7009 section 2.2). oidc-provider labels that nothing
 * `text/plain`, and oidc-client-ts then takes the revocation for failed. The library lets caches keep the answer, too:
 * it is the one endpoint for tokens where it does.
 */
async function answerRevocation(ctx: Context, next: Next): Promise<void> {
  ctx.set('Cache-Control', 'no-store');
  await next();
  if (ctx.status === 200) ctx.remove('Content-Type');
}
