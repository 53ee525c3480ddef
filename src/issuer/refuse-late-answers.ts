import type { Context, Middleware, Next } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { BrandCookies } from './cookies.ts';

export interface LateAnswers {
  mark(ctx: object): void;
  middleware: Middleware;
}

/**
 * A request that began before its session ended may finish after. The store drops its session save; this
 * keeps the answer from bringing anything back: no session cookie, and login_required in place of a code or
 * an ID token of the consumer who has left.
 */
export function createLateAnswers(cookies: BrandCookies): LateAnswers {
  const late = new WeakSet<object>();
  return {
    mark: (ctx) => late.add(ctx),
    middleware: async (ctx: Context, next: Next) => {
      await next();
      if (!late.has(ctx)) return;
      removeSessionCookie(ctx, cookies.names.session);
      replaceAnswer(ctx as unknown as KoaContextWithOIDC);
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

function replaceAnswer(ctx: KoaContextWithOIDC): void {
  const { params = {}, responseMode, issuer } = ctx.oidc;
  const redirectUri = params['redirect_uri'];
  const location: string | undefined = ctx.response.get('Location');
  const answersClient = typeof redirectUri === 'string' && location?.startsWith(redirectUri);
  if (!answersClient) {
    // form_post and other bodies: nothing of the answer may be shown.
    if (ctx.status === 200) throw new errors.LoginRequired(sessionEnded);
    return;
  }
  const error = new URLSearchParams({
    error: 'login_required',
    error_description: sessionEnded,
    iss: issuer,
  });
  if (typeof params['state'] === 'string') error.set('state', params['state']);
  const target = new URL(redirectUri);
  if (responseMode === 'fragment') target.hash = error.toString();
  else for (const [name, value] of error) target.searchParams.set(name, value);
  ctx.redirect(target.href);
}
