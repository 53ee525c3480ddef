import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import type { PageRequests } from './page-requests.ts';

/**
 * Response modes for a brand's own pages.
 *
 * - `json`: the answer of `/page/authorize`, and to a pushed request with an assertion; refused anywhere else.
 * - `page_message`: a popup that Parley's script opened posts the answer to the exact origin in `page`, then closes.
 * - `web_message`: the library's, for a redirect URI that is itself on a listed page: the answer is posted there, to the
 *   window that opened or embeds the request.
 * - `page_return`: after a sign-in by redirect the browser goes back to `page_return_to`; nothing but an error is added.
 */
export interface PageModesOptions {
  clients: readonly ResolvedClient[];
  requests: PageRequests;
  /** Whether the answer is for an assertion that its client has pushed. */
  isPushedSignIn(ctx: object): boolean;
  /** The popup's last page: posts `message` to the opener at `origin`. */
  showMessage(ctx: object, model: { message: Record<string, unknown>; origin: string }): void;
}

type Answer = Record<string, unknown>;

export function createPageModes({ clients, requests, isPushedSignIn, showMessage }: PageModesOptions) {
  const pagesOf = (ctx: KoaContextWithOIDC) =>
    clients.find(({ id }) => id === ctx.oidc.client?.clientId)?.pages ?? [];

  function findPage(ctx: KoaContextWithOIDC): string | undefined {
    const page = ctx.oidc.params?.['page'];
    return typeof page === 'string' && pagesOf(ctx).includes(page) ? page : undefined;
  }

  function findReturn(ctx: KoaContextWithOIDC): URL | undefined {
    const target = ctx.oidc.params?.['page_return_to'];
    const url = typeof target === 'string' ? URL.parse(target) : null;
    // `blob:https://www.acme.example/…` has the page's origin and is none of its addresses.
    const isPage = url && `${url.protocol}//${url.host}` === url.origin && pagesOf(ctx).includes(url.origin);
    return isPage && !url.username && !url.password ? url : undefined;
  }

  /** A code that reaches a page's script could be carried into another window unless it is bound (RFC 9700 4.5). */
  function checkChallenge(ctx: KoaContextWithOIDC): void {
    const { response_type: responseType, code_challenge: challenge } = ctx.oidc.params ?? {};
    const asksForCode = String(responseType).split(' ').includes('code');
    const flows = clients.find(({ id }) => id === ctx.oidc.client?.clientId)?.flows ?? [];
    const neverBinds = flows.length === 1 && flows[0] === 'code';
    if (asksForCode && !challenge && !neverBinds)
      throw new errors.InvalidRequest('code_challenge is required here');
  }

  /** A push is judged by what it brings, the request that opens it by what was pushed. */
  function mayAnswerJson(ctx: KoaContextWithOIDC): boolean {
    const isPush = ctx.oidc.route === 'pushed_authorization_request';
    const brings = isPush && ctx.oidc.params?.['login_hint_token'] !== undefined;
    return brings || isPushedSignIn(ctx) || requests.find(ctx) !== undefined;
  }

  return {
    /** Whether this request is answered in JSON, its errors too. */
    isJson: (ctx: KoaContextWithOIDC): boolean =>
      isPushedSignIn(ctx) && ctx.oidc.params?.['response_mode'] === 'json',

    /** Runs with every authorization request, before anything is minted. */
    check(ctx: KoaContextWithOIDC): void {
      const params = ctx.oidc.params ?? {};
      const mode = params['response_mode'];
      if (!isPageMode(mode)) return;
      const allowed =
        (mode === 'json' && mayAnswerJson(ctx)) ||
        (mode === 'page_message' && findPage(ctx)) ||
        (mode === 'web_message' && isOnPage(params['redirect_uri'], pagesOf(ctx))) ||
        (mode === 'page_return' && findReturn(ctx) && params['response_type'] === 'none');
      if (!allowed) {
        params['response_mode'] = undefined;
        throw new errors.UnsupportedResponseMode();
      }
      checkChallenge(ctx);
    },

    json(ctx: KoaContextWithOIDC, _redirectUri: string, answer: Answer): void {
      // The library gives login_required the status of a redirect.
      ctx.status = 'error' in answer ? (ctx.status >= 500 ? ctx.status : 400) : 200;
      ctx.remove('Location');
      ctx.body = mayAnswerJson(ctx) ? answer : { error: 'unsupported_response_mode' };
    },

    pageMessage(ctx: KoaContextWithOIDC, _redirectUri: string, answer: Answer): void {
      const origin = findPage(ctx);
      if (!origin) throw new errors.UnsupportedResponseMode();
      ctx.status = 200;
      showMessage(ctx, { message: answer, origin });
    },

    pageReturn(ctx: KoaContextWithOIDC, _redirectUri: string, answer: Answer): void {
      const target = findReturn(ctx);
      if (!target) throw new errors.UnsupportedResponseMode();
      if (typeof answer['error'] === 'string')
        target.hash = new URLSearchParams({ parley_error: answer['error'] }).toString();
      ctx.status = 303;
      ctx.redirect(target.href);
    },
  };
}

function isPageMode(mode: unknown): boolean {
  return ['json', 'page_message', 'web_message', 'page_return'].includes(String(mode));
}

function isOnPage(uri: unknown, pages: readonly string[]): boolean {
  const origin = typeof uri === 'string' ? URL.parse(uri)?.origin : undefined;
  return origin !== undefined && pages.includes(origin);
}
