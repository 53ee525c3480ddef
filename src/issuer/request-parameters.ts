import type { Context, Middleware, Next } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** Stands for "the request had no nonce" between the edge and the validator; no client can send it unseen. */
const absentNonce = 'absent';
const withoutNonce = new WeakSet<object>();

/**
 * Longest accepted values, in characters. LivePerson's state is about 2.5 kB of JSON; request objects and
 * claims can be long too. What an anonymous request stores is bounded by their sum.
 */
const longest: Record<string, number> = {
  state: 4096,
  claims: 4096,
  request: 8192,
  id_token_hint: 8192,
  login_hint_token: 8192,
  redirect_uri: 2048,
};
const longestOther = 1024;

/** Refuses oversized authorization parameters before anything is stored (an Interaction keeps them all). */
export const limitParameters: Middleware = (ctx: Context, next: Next) => {
  if (ctx.path === '/auth') checkLengths(ctx.query);
  return next();
};

function checkLengths(parameters: object): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (lengthOf(value) > (Object.hasOwn(longest, name) ? (longest[name] ?? longestOther) : longestOther)) {
      throw new errors.InvalidRequest(`the parameter ${name.slice(0, 40)} is too long`);
    }
  }
}

/** Of a parameter that stands there several times, all together. A text or a list of texts, or nothing. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce((sum: number, item) => sum + lengthOf(item), 0) : 0;
}

/**
 * LivePerson's popups ask for an ID token without a nonce; the library refuses that before any of its hooks.
 * For the clients that the platform preset allows, a placeholder passes the check and is taken out again in
 * `checkParameters`, so that the ID token carries no nonce (docs/decisions/no-nonce.md).
 */
export function acceptMissingNonce(allows: (clientId: string) => boolean): Middleware {
  return (ctx: Context, next: Next) => {
    if (ctx.path === '/auth') acceptNoNonce(ctx);
    return next();
  };

  function acceptNoNonce(ctx: Context): void {
    const {
      client_id: clientId,
      response_type: responseType,
      nonce,
      request,
      request_uri: requestUri,
    } = ctx.query;
    const asksForIdToken = typeof responseType === 'string' && responseType.split(' ').includes('id_token');
    // A request object brings its own nonce, which must not be taken for the placeholder.
    const isPlain = request === undefined && requestUri === undefined;
    if (!asksForIdToken || nonce !== undefined || !isPlain) return;
    if (typeof clientId !== 'string' || !allows(clientId)) return;
    withoutNonce.add(ctx);
    ctx.query = { ...ctx.query, nonce: absentNonce };
  }
}

/** Runs for every authorization request, after the library's own parameter checks and before the account is loaded. */
export function checkParameters(ctx: KoaContextWithOIDC): void {
  const params = ctx.oidc.params ?? {};
  // Anybody may push in the name of a public client, so a pushed request is stored under the same limits.
  if (ctx.oidc.route === 'pushed_authorization_request') {
    checkLengths({ ...params, request: ctx.oidc.body?.['request'] });
  }
  if (withoutNonce.has(ctx)) params['nonce'] = undefined;
}
