import { errors, type KoaContextWithOIDC, type Session } from 'oidc-provider';
import type { BrandCookies } from '../cookies.ts';
import { inProtocolErrors } from '../protocol-error.ts';
import type { PageRequests } from '../page/page-requests.ts';
import type { ConsumerOfRequest } from './consumer-of-request.ts';
import type { PushedSignIns } from './pushed-sign-ins.ts';

export interface CheckAuthorizationOptions {
  requests: PageRequests;
  pushedSignIns: PushedSignIns;
  consumerOfRequest: ConsumerOfRequest;
  cookies: BrandCookies;
  /** What else is wrong with the request: nothing is asked or used up for a request that is refused anyway. */
  checkModes(ctx: KoaContextWithOIDC): void;
  endSession(session: Session): Promise<void>;
}

/**
 * For whom is this authorization request? Runs after the library's own parameter checks and before the account is
 * loaded, so that a consumer can be signed in, changed or signed out without an interaction, silent requests included.
 */
export function createCheckAuthorization(
  options: CheckAuthorizationOptions,
): (ctx: KoaContextWithOIDC) => Promise<void> {
  const { requests, pushedSignIns, checkModes } = options;
  return async (ctx) => {
    const params = ctx.oidc.params ?? {};
    const { login_hint_token: jwt } = params;
    const hint = typeof jwt === 'string' ? jwt : undefined;
    if (ctx.oidc.route === 'pushed_authorization_request') {
      checkModes(ctx);
      if (hint !== undefined) await inProtocolErrors(() => pushedSignIns.accept(ctx, hint));
      return;
    }
    // Not kept: an interaction would store it.
    params['login_hint_token'] = undefined;
    checkPlace(ctx, hint);
    if (hint !== undefined) pushedSignIns.mark(ctx);
    checkModes(ctx);
    if (hint === undefined) await settle(options, ctx, requests.find(ctx)?.loginHintToken);
    else await inProtocolErrors(() => pushedSignIns.begin(ctx, hint));
  };
}

/** Addresses are kept in histories, logs and Referer headers. */
function checkPlace(ctx: KoaContextWithOIDC, hint: string | undefined): void {
  const isPushed = ctx.oidc.entities.PushedAuthorizationRequest !== undefined;
  if (ctx.query['login_hint_token'] === undefined && (hint === undefined || isPushed)) return;
  throw new errors.InvalidRequest(
    'login_hint_token is never accepted in an address: push the request, or post it to /page/authorize',
  );
}

async function settle(
  { consumerOfRequest, cookies, endSession }: CheckAuthorizationOptions,
  ctx: KoaContextWithOIDC,
  loginHintToken: string | null | undefined,
): Promise<void> {
  const { provider, client, session } = ctx.oidc;
  if (!client || !session) throw new TypeError('the library has loaded no client or session');
  const arrival = { session, cookieHeader: ctx.get('Cookie'), clientId: client.clientId, loginHintToken };
  const settled = await consumerOfRequest.settle(arrival, { provider, endSession });
  if (settled === session) return;
  // The library writes a new session's cookie itself.
  if (!settled.accountId) ctx.oidc.cookies.set(cookies.names.session, null, cookies.long);
  (ctx.oidc as { session: Session }).session = settled;
  ctx.oidc.entity('Session', settled);
}
