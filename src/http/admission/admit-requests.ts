import type { Context, Middleware, Next } from 'koa';
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
  return (ctx: Context, next: Next) => admission.run(() => standingOf(ctx), next);
}
