import type { Provider, Session } from 'oidc-provider';
import type { SilentWays } from '../../directory/open-silent-ways.ts';
import type { BrandCookies } from '../cookies.ts';
import type { PageCall } from './page-call.ts';

export interface SignOutOptions {
  provider: Provider;
  cookies: BrandCookies;
  silentWays: SilentWays;
  endSession(session: Session): Promise<void>;
}

/** `/page/sign-out`: ends the session and everything that it gave. */
export async function signOut(
  { provider, cookies, silentWays, endSession }: SignOutOptions,
  { ctx }: PageCall,
): Promise<void> {
  silentWays.brandSession?.forget(ctx.get('Cookie'));
  const session = await provider.Session.get(ctx);
  if (session.accountId) await endSession(session);
  ctx.cookies.set(cookies.names.session, null, cookies.long);
  ctx.status = 200;
  ctx.body = { signed_out: true };
}
