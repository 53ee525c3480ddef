import type { Context, Middleware, Next } from 'koa';

/**
 * A space in an answer's address is spelled `%20`. The library writes forms, where it is `+`: a reader that knows
 * percent-encoding alone, as decodeURIComponent does, would take that for a plus sign, and the state had not come back as it was
 * sent (RFC 6749 section 4.1.2). Every reader of forms knows `%20` too.
 */
export const spellSpaces: Middleware = (ctx: Context, next: Next) =>
  ctx.path.startsWith('/auth') || ctx.path.startsWith('/session/end') ? answerSpelled(ctx, next) : next();

async function answerSpelled(ctx: Context, next: Next): Promise<void> {
  await next();
  const location: string | undefined = ctx.response.get('Location');
  if (location?.includes('+')) ctx.set('Location', spell(location));
}

/** In the part that the answer was written into; what stands before it is the client's own redirect URI. */
function spell(location: string): string {
  const fragment = location.indexOf('#');
  const start = fragment === -1 ? location.indexOf('?') : fragment;
  return start === -1 ? location : location.slice(0, start) + location.slice(start).replaceAll('+', '%20');
}
