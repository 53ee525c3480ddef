import type { Context, Middleware, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * The Content-Security-Policy of the pages that oidc-provider writes itself: a form that sends itself on
 * (`form_post`, and a sign-out when nobody is signed in), and the message of `web_message`. The library adds the
 * hash of its one script to a `script-src` that it finds, so exactly that script runs and nothing that a parameter
 * might smuggle in.
 *
 * No `form-action`: Chromium applies it to every redirect that the client answers with. Pages of ours replace
 * the header with their own (http/page-policy.ts).
 */
export const scriptPagePolicy: Middleware = (ctx: Context, next: Next) => {
  const isAuthorization = ctx.path.startsWith('/auth');
  if (isAuthorization || ctx.path === '/session/end') {
    // An empty list allows nothing until the hash is added; 'none' beside a hash would be invalid.
    ctx.set(
      'Content-Security-Policy',
      "default-src 'none'; script-src; frame-ancestors 'none'; base-uri 'none'",
    );
  }
  return isAuthorization ? answerFramed(ctx, next) : next();
};

async function answerFramed(ctx: Context, next: Next): Promise<void> {
  await next();
  frameByPageAlone(ctx);
}

/**
 * `web_message` is embedded by a listed page. The library takes every framing rule away; the origin of the redirect
 * URI, which gets the message, is the one that comes back.
 */
function frameByPageAlone(ctx: Context): void {
  const policy: string | undefined = ctx.response.get('Content-Security-Policy');
  if (!policy || policy.includes('frame-ancestors')) return;
  const { params, redirectUriCheckPerformed } = (ctx as unknown as KoaContextWithOIDC).oidc;
  const page = redirectUriCheckPerformed && URL.parse(String(params?.['redirect_uri']))?.origin;
  ctx.set('Content-Security-Policy', `${policy}; frame-ancestors ${page || "'none'"}`);
  // A page that embeds only what agrees to it (COEP) embeds this too.
  if (page) ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
}
