import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import type { Context, Middleware } from 'koa';

/** helmet's headers that concern whatever a browser gets; its others are heeded for pages alone. */
const ofEveryAnswer: ReadonlySet<string> = new Set([
  'Referrer-Policy',
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
]);

/** Nothing of a brand's issuer uses a device or a browser's own dialogue; whoever slips something in may not either. */
const features = [
  'accelerometer',
  'bluetooth',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-create',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/**
 * helmet gives the same ones each time, so it is asked once. Not from it:
 * - Content-Security-Policy: each page states its own (page-policy.ts).
 * - Cross-Origin-Resource-Policy: a brand's answers have it (answer-policy.ts), its scripts for pages their own.
 */
const asked = askHelmet({
  contentSecurityPolicy: false,
  // Said aloud: a stricter policy on any page between the chat window and its sign-in popup would cut the two apart for good.
  crossOriginOpenerPolicy: { policy: 'unsafe-none' },
  crossOriginResourcePolicy: false,
  crossOriginEmbedderPolicy: false,
  // `no-referrer` would make browsers send `Origin: null` with our own forms.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: { maxAge: 365 * 24 * 3600, includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
});
const headers = asked.filter(([name]) => ofEveryAnswer.has(name));
const headersOfPages = [
  ...asked.filter(([name]) => !ofEveryAnswer.has(name)),
  ['Permissions-Policy', features.map((feature) => `${feature}=()`).join(', ')] as const,
];

/**
 * What every answer tells the browser, and what a page says beside its own Content-Security-Policy: most answers are for
 * programs, or lead elsewhere. docs/headers.md is the whole table, held by a test.
 */
export const securityHeaders: Middleware = async (ctx, next) => {
  for (const [name, value] of headers) ctx.res.setHeader(name, value);
  await next();
  if (isPage(ctx)) for (const [name, value] of headersOfPages) ctx.res.setHeader(name, value);
};

/** The text of a redirect is never shown. */
function isPage({ status, res }: Context): boolean {
  const isRedirect = status >= 300 && status < 400;
  return !isRedirect && String(res.getHeader('Content-Type')).startsWith('text/html');
}

function askHelmet(options: Parameters<typeof helmet>[0]): readonly (readonly [string, string])[] {
  const said = new Map<string, string>();
  const response = {
    setHeader: (name: string, value: string) => said.set(name, value),
    removeHeader: (name: string) => said.delete(name),
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return [...said];
}
