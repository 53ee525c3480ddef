import type { Provider, Session } from 'oidc-provider';
import type { BrandCookies } from '../cookies.ts';
import type { PageCall } from './page-call.ts';

export interface SignOutOptions {
  provider: Provider;
  cookies: BrandCookies;
  endSession(session: Session): Promise<void>;
}

/** `/page/sign-out`: ends the session and everything that it gave. */
export async function signOut(
  { provider, cookies, endSession }: SignOutOptions,
  { ctx }: PageCall,
): Promise<void> {
  const session = await provider.Session.get(ctx);
  if (session.accountId) await endSession(session);
  ctx.cookies.set(cookies.names.session, null, cookies.long);
  ctx.status = 200;
  ctx.body = { signed_out: true };
}
