import type { Context, Middleware, Next } from 'koa';
import type { Admission } from './admission.ts';

/** Below an issuer: what platforms and servers ask, who prove themselves there or only read public keys. */
const platformPaths = /^\/(?:token|userinfo|request|jwks|backchannel|\.well-known)(?:\/|$)/;

export interface AdmitRequestsOptions {
  admission: Admission;
  /** Whether the request carries a session of this brand's that cannot be forged. */
  isSignedIn(ctx: Context): boolean;
}

/** Each request of a brand takes its place: before it nothing of the brand's has run. */
export function admitRequests({ admission, isSignedIn }: AdmitRequestsOptions): Middleware {
  return async (ctx: Context, next: Next) => {
    const standingOf = () =>
      platformPaths.test(ctx.path) ? 'platform' : isSignedIn(ctx) ? 'known' : 'stranger';
    await admission.run(standingOf, next);
  };
}
