/** Addresses below an issuer, and those of the process: the only words that a request's path can become. */
const fixed = new Set([
  '/.well-known/openid-configuration',
  '/jwks',
  '/auth',
  '/request',
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/userinfo',
  '/session/end',
  '/session/end/confirm',
  '/session/end/success',
  '/backchannel/sign-out',
  '/page/authorize',
  '/page/identity',
  '/page/sign-out',
  '/page/livechat/token',
  '/page/livechat/fresh',
  '/page/livechat/has',
  '/page/livechat/invalidate',
  '/page/livechat/transfer',
  '/parley.js',
  '/parley.mjs',
  '/parley-livechat.js',
  '/parley-livechat.mjs',
  '/login/brand',
  '/login/upstream',
  '/healthz',
  '/readyz',
]);

const patterns: readonly [RegExp, string][] = [
  [/^\/auth\/[^/]+$/, '/auth/:uid'],
  [/^\/interaction\/[^/]+$/, '/interaction/:uid'],
  [/^\/interaction\/[^/]+\/with\/[^/]+$/, '/interaction/:uid/with/:way'],
  [/^\/interaction\/[^/]+\/(?:ways|back|cancel)$/, '/interaction/:uid/…'],
  [/^\/demo(?:\/|$)/, '/demo'],
];

/** @param issuerPath of the brand that was found, without a slash at the end; undefined: none was */
export function routeOf(path: string, issuerPath: string | undefined): string {
  const below = issuerPath && path.startsWith(issuerPath) ? path.slice(issuerPath.length) : path;
  if (fixed.has(below)) return below;
  return patterns.find(([pattern]) => pattern.test(below))?.[1] ?? 'other';
}

const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

export function methodOf(method: string): string {
  return methods.has(method) ? method : 'other';
}

/** `2xx` */
export function statusClassOf(status: number): string {
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other';
}
