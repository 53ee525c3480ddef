import type { Context, Middleware, Next } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { BrandCookies } from './cookies.ts';

export interface LateAnswers {
  /** The request's session has ended meanwhile: neither its cookie nor its answer goes out. */
  mark(ctx: object): void;
  /**
   * The request has lost its session, and its answer says so. The library gives the browser an empty session then,
   * which would take the place of one that has begun meanwhile: its cookie does not go out.
   */
  markLost(ctx: object): void;
  middleware: Middleware;
}

/**
 * A request that began before its session ended may finish after. The store drops its session save; this
 * keeps the answer from bringing anything back: no session cookie, and login_required in place of a code or
 * an ID token of the consumer who has left.
 */
export function createLateAnswers(cookies: BrandCookies): LateAnswers {
  const late = new WeakSet<object>();
  const lost = new WeakSet<object>();
  return {
    mark: (ctx) => late.add(ctx),
    markLost: (ctx) => lost.add(ctx),
    middleware: async (ctx: Context, next: Next) => {
      await next();
      if (late.has(ctx) || lost.has(ctx)) removeSessionCookie(ctx, cookies.names.session);
      if (late.has(ctx)) replaceAnswer(ctx as unknown as KoaContextWithOIDC);
    },
  };
}

const sessionEnded = 'the session ended meanwhile';

function removeSessionCookie(ctx: Context, name: string): void {
  const setCookie = ctx.response.get('Set-Cookie') as unknown as string | string[];
  const kept = [setCookie]
    .flat()
    .filter((line) => line && !line.startsWith(`${name}=`) && !line.startsWith(`${name}.sig=`));
  if (kept.length > 0) ctx.set('Set-Cookie', kept);
  else ctx.remove('Set-Cookie');
}

/** Everything but the way to a sign-in page of ours is replaced: what is not understood must not pass. */
function replaceAnswer(ctx: KoaContextWithOIDC): void {
  const { params = {}, responseMode, issuer, redirectUriCheckPerformed } = ctx.oidc;
  const location: string | undefined = ctx.response.get('Location');
  const isRefusal = !location && ctx.status >= 400;
  if (isRefusal || (location && isOwnInteraction(location, issuer))) return;
  const mode = responseMode ?? 'query';
  const redirectUri = params['redirect_uri'];
  const isRedirect = location && typeof redirectUri === 'string' && redirectUriCheckPerformed;
  if (!isRedirect || !['query', 'fragment'].includes(mode)) throw new errors.LoginRequired(sessionEnded);
  const error = new URLSearchParams({
    error: 'login_required',
    error_description: sessionEnded,
    iss: issuer,
  });
  if (typeof params['state'] === 'string') error.set('state', params['state']);
  const target = new URL(redirectUri);
  if (mode === 'fragment') target.hash = error.toString();
  else for (const [name, value] of error) target.searchParams.set(name, value);
  ctx.redirect(target.href);
}

function isOwnInteraction(location: string, issuer: string): boolean {
  const target = new URL(location, issuer);
  const own = new URL(issuer);
  return (
    target.origin === own.origin &&
    /^\/interaction\/[^/]+$/.test(target.pathname.slice(own.pathname.replace(/\/$/, '').length))
  );
}
