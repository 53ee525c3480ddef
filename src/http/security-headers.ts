import helmet from 'koa-helmet';
import type { Middleware } from 'koa';

/**
 * Headers that every answer carries. Not here:
 * - Content-Security-Policy: each page states its own (page-policy.ts).
 * - Cross-Origin-Opener-Policy: `same-origin` would cut the window that opened a sign-in popup off.
 * - Cross-Origin-Resource-Policy: brands' pages load Parley's script from another origin.
 */
export const securityHeaders: Middleware = helmet({
  contentSecurityPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  crossOriginEmbedderPolicy: false,
  // `no-referrer` would make browsers send `Origin: null` with our own forms.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: { maxAge: 365 * 24 * 3600, includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
});
