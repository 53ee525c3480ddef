import type { Context, Middleware, Next } from 'koa';

/**
 * A revocation is answered with 200 and nothing (RFC 7009 section 2.2). oidc-provider labels that nothing
 * `text/plain`, and oidc-client-ts then takes the revocation for failed.
 */
export const untypedRevocation: Middleware = async (ctx: Context, next: Next) => {
  await next();
  if (ctx.path === '/token/revocation' && ctx.status === 200) ctx.remove('Content-Type');
};
