import type { ErrorOut, KoaContextWithOIDC, Session } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import type { BrandCookies } from './cookies.ts';
import { loadedContext } from './loaded-context.ts';

/** What the issuer wants shown; the interaction folder owns the words and the HTML. */
export interface IssuerViews {
  error(
    ctx: object,
    model: { sentence: string; integrator?: { error: string; error_description: string } },
  ): void;
  sessionLost(ctx: object): void;
  logout(
    ctx: object,
    model: { action: string; xsrf: string; clientName: string | undefined; returnTo: string | undefined },
  ): void;
  signedOut(ctx: object): void;
  pageMessage(ctx: object, model: { message: Record<string, unknown>; origin: string }): void;
}

export interface IssuerPagesOptions {
  /** Told of a request whose session is not there any more (refuse-late-answers.ts). */
  onSessionLost(ctx: object): void;
  views: IssuerViews;
  /** A page's fetch reads JSON, errors included. */
  isPageRequest(ctx: KoaContextWithOIDC): boolean;
  endSession(session: Session): Promise<void>;
  subjectOf(ctx: KoaContextWithOIDC): Promise<string>;
  cookies: BrandCookies;
}

/** The three moments at which oidc-provider itself shows a page. */
export function issuerPages({
  views,
  isPageRequest,
  endSession,
  subjectOf,
  cookies,
  onSessionLost,
}: IssuerPagesOptions) {
  return {
    /** Errors that may not be redirected: before the redirect URI is validated, or on our side. */
    renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void {
      // A session that could not be saved is noticed once the answer is made.
      ctx.remove('Location');
      if (isPageRequest(ctx)) {
        ctx.body = { ...out, support_id: ctx.state['requestId'] };
        return;
      }
      if (error.name === 'SessionNotFound') {
        onSessionLost(ctx);
        return views.sessionLost(ctx);
      }
      const cause = (error as { cause?: unknown }).cause;
      const own = cause instanceof ParleyError ? cause : undefined;
      const isOurs = ctx.status >= 500;
      views.error(ctx, {
        sentence: own?.sentence ?? (isOurs ? new ParleyError('server_error').sentence : requestFault),
        ...(!isOurs && { integrator: { error: out.error, error_description: out.error_description ?? '' } }),
      });
    },

    /**
     * RP-initiated logout. With an id_token_hint of the very consumer who is signed in, the relying party has
     * shown that it speaks for this session and no question is asked (OpenID Connect RP-Initiated Logout 2).
     */
    async logoutSource(ctx: KoaContextWithOIDC): Promise<void> {
      const { session, params, client, entities } = loadedContext(ctx);
      const returnTo = params['post_logout_redirect_uri'] as string | undefined;
      const hinted = entities.IdTokenHint?.payload['sub'];
      if (hinted === undefined || hinted !== (await subjectOf(ctx))) {
        const xsrf = String(session.state?.['secret']);
        const action = ctx.oidc.urlFor('end_session_confirm');
        return views.logout(ctx, { action, xsrf, clientName: client?.clientName, returnTo });
      }
      await endSession(session);
      ctx.oidc.cookies.set(cookies.names.session, null, cookies.long);
      if (!returnTo) return views.signedOut(ctx);
      const target = new URL(returnTo);
      if (typeof params['state'] === 'string') target.searchParams.set('state', params['state']);
      ctx.status = 303;
      ctx.redirect(target.href);
    },

    postLogoutSuccessSource: (ctx: KoaContextWithOIDC): void => views.signedOut(ctx),
  };
}

const requestFault = 'This sign-in link is not valid. Please go back to where you came from and try again.';
