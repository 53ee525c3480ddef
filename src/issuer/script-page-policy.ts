import type { Context, Middleware, Next } from 'koa';

/**
 * The Content-Security-Policy of the pages that oidc-provider writes itself: a form that sends itself on
 * (`form_post`, and a sign-out when nobody is signed in). The library adds the hash of its one script to a
 * `script-src` that it finds, so exactly that script runs and nothing that a parameter might smuggle in.
 *
 * No `form-action`: Chromium applies it to every redirect that the client answers with. Pages of ours replace
 * the header with their own (http/page-policy.ts).
 */
export const scriptPagePolicy: Middleware = async (ctx: Context, next: Next) => {
  if (ctx.path.startsWith('/auth') || ctx.path === '/session/end') {
    // An empty list allows nothing until the hash is added; 'none' beside a hash would be invalid.
    ctx.set(
      'Content-Security-Policy',
      "default-src 'none'; script-src; frame-ancestors 'none'; base-uri 'none'",
    );
  }
  await next();
};
