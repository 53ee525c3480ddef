import type { Middleware } from 'koa';

/** The demo's own policy: its scripts and its frame are its own, whatever the rest of the server says. */
const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'frame-src': "'self'",
  'frame-ancestors': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
};
const contentSecurityPolicy = Object.entries(policy)
  .map((entry) => entry.join(' '))
  .join('; ');

export function createPageHeaders(): Middleware {
  return async (ctx, next) => {
    await next();
    ctx.set({
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Frame-Options': 'SAMEORIGIN',
      'X-Content-Type-Options': 'nosniff',
      // The code stands in the window's address; and with no-referrer a form's POST would name the origin "null".
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    });
  };
}
