import type { Context, Middleware } from 'koa';

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
 * What every answer of a brand tells the browser beside the headers of the process (security-headers.ts) and the policy
 * of its page (page-policy.ts). docs/headers.md is the whole table, held by a test.
 *
 * `unsafe-none` is said aloud: a stricter opener policy on any page between the chat window and its sign-in popup would cut
 * the two apart for good. No document elsewhere can load an answer without CORS; the scripts for pages say otherwise.
 */
const headers = Object.entries({
  'Cross-Origin-Opener-Policy': 'unsafe-none',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': features.map((feature) => `${feature}=()`).join(', '),
});

export function setAnswerPolicy(ctx: Context): void {
  for (const [name, value] of headers) ctx.res.setHeader(name, value);
}

export const answerPolicy: Middleware = (ctx, next) => {
  setAnswerPolicy(ctx);
  return next();
};
