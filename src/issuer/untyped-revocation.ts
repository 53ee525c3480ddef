import type { Context, Middleware, Next } from 'koa';

/**
 * A revocation is answered with 200 and nothing (RFC 7009 section 2.2). oidc-provider labels that nothing
 * `text/plain`, and oidc-client-ts then takes the revocation for failed.
 */
export const untypedRevocation: Middleware = (ctx: Context, next: Next) =>
  ctx.path === '/token/revocation' ? answerUntyped(ctx, next) : next();

async function answerUntyped(ctx: Context, next: Next): Promise<void> {
  await next();
  if (ctx.status === 200) ctx.remove('Content-Type');
}
