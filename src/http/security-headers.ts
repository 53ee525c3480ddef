import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { Middleware } from 'koa';

/**
 * Headers that every answer carries. helmet gives the same ones each time, so it is asked once. Not here:
 * - Content-Security-Policy: each page states its own (page-policy.ts).
 * - Cross-Origin-Opener-Policy and Cross-Origin-Resource-Policy: a brand's answers have them (answer-policy.ts), its scripts
 *   for pages their own.
 */
const headers = askHelmet({
  contentSecurityPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  crossOriginEmbedderPolicy: false,
  // `no-referrer` would make browsers send `Origin: null` with our own forms.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: { maxAge: 365 * 24 * 3600, includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
});

export const securityHeaders: Middleware = (ctx, next) => {
  for (const [name, value] of headers) ctx.res.setHeader(name, value);
  return next();
};

function askHelmet(options: Parameters<typeof helmet>[0]): readonly (readonly [string, string])[] {
  const asked = new Map<string, string>();
  const response = {
    setHeader: (name: string, value: string) => asked.set(name, value),
    removeHeader: (name: string) => asked.delete(name),
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return [...asked];
}
