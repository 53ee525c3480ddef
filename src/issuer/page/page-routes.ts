import type { Context, Middleware, Next } from 'koa';
import type { Log } from '../../log.ts';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import { authorize } from './authorize.ts';
import { answerIdentity } from './identity.ts';
import { answerPreflight, type FindPageConsumer, type PageCall, provePageCall, refuse } from './page-call.ts';
import type { PageRequests } from './page-requests.ts';
import { signOut, type SignOutOptions } from './sign-out.ts';
import { answerFromVendor, findVendorRoute, type VendorTokenOptions } from './vendor-token.ts';

export interface PageRoutesOptions extends SignOutOptions, VendorTokenOptions {
  issuer: string;
  clients: readonly ResolvedClient[];
  requests: PageRequests;
  log: Log;
  findConsumer: FindPageConsumer;
}

type PageEndpoint = (call: PageCall, next: Next) => Promise<void>;

/**
 * What a brand's page may ask without navigating. All are POST with a form body and need the page proof before
 * anything else happens.
 */
export function createPageRoutes(options: PageRoutesOptions): Middleware {
  const endpoints: Record<string, PageEndpoint> = {
    '/page/authorize': (call, next) => authorize(options.requests, call, next),
    '/page/identity': (call) => answerIdentity(options, call),
    '/page/sign-out': (call) => signOut(options, call),
  };
  const findEndpoint = (path: string): PageEndpoint | undefined => {
    if (Object.hasOwn(endpoints, path)) return endpoints[path];
    const route = findVendorRoute(path);
    return route && ((call) => answerFromVendor(options, call, route));
  };
  const answer = async (endpoint: PageEndpoint, ctx: Context, next: Next): Promise<void> => {
    if (ctx.method === 'OPTIONS') answerPreflight(options, ctx);
    else if (ctx.method === 'POST') {
      const call = await provePageCall(options, ctx);
      if (call) await endpoint(call, next);
    } else refuse(ctx, 405, 'invalid_request', 'use POST');
  };
  return (ctx: Context, next: Next) => {
    const endpoint = findEndpoint(ctx.path);
    return endpoint ? answer(endpoint, ctx, next) : next();
  };
}
