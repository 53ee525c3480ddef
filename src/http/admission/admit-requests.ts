import type { Context, Middleware, Next } from 'koa';
import { ParleyError } from '../../errors.ts';
import type { Admission, Standing } from './admission.ts';
import type { IsSignedIn } from './signed-in.ts';

/** Below an issuer: what platforms and servers ask, who prove themselves there or only read public keys. */
const platformPaths = /^\/(?:token|userinfo|request|jwks|backchannel|\.well-known)(?:\/|$)/;

export interface AdmitRequestsOptions {
  admission: Admission;
  isSignedIn: IsSignedIn;
}

/** Each request of a brand takes its place: before it nothing of the brand's has run. */
export function admitRequests({ admission, isSignedIn }: AdmitRequestsOptions): Middleware {
  async function standingOf(ctx: Context): Promise<Standing> {
    // Browsers ask for a page's leave without cookies, whoever is signed in; the answer costs nothing.
    if (platformPaths.test(ctx.path) || ctx.method === 'OPTIONS') return 'platform';
    return (await isSignedIn(ctx)) ? 'known' : 'stranger';
  }
  return async (ctx: Context, next: Next) => {
    try {
      await admission.run(() => standingOf(ctx), next);
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'overloaded') letPagesRead(ctx);
      throw error;
    }
  };
}

/**
 * A page that redeems a code may read that it should wait. Elsewhere strangers are refused before consumers: whether
 * there is a refusal to read would tell any site who is signed in.
 */
function letPagesRead(ctx: Context): void {
  if (!platformPaths.test(ctx.path)) return;
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Access-Control-Expose-Headers', 'Retry-After, X-Request-Id');
}
