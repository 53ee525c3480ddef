import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import type { PageRequests } from './page-requests.ts';

/**
 * Response modes for a brand's own pages, beside the library's.
 *
 * - `json`: the answer of `/page/authorize`; refused anywhere else.
 * - `page_message`: a popup that Parley's script opened posts the answer to the exact origin in `page`, then closes.
 * - `page_return`: after a sign-in by redirect the browser goes back to `page_return_to`; nothing but an error is added.
 */
export interface PageModesOptions {
  clients: readonly ResolvedClient[];
  requests: PageRequests;
  /** The popup's last page: posts `message` to the opener at `origin`. */
  showMessage(ctx: object, model: { message: Record<string, unknown>; origin: string }): void;
}

type Answer = Record<string, unknown>;

export function createPageModes({ clients, requests, showMessage }: PageModesOptions) {
  const pagesOf = (ctx: KoaContextWithOIDC) =>
    clients.find(({ id }) => id === ctx.oidc.client?.clientId)?.pages ?? [];

  function findPage(ctx: KoaContextWithOIDC): string | undefined {
    const page = ctx.oidc.params?.['page'];
    return typeof page === 'string' && pagesOf(ctx).includes(page) ? page : undefined;
  }

  function findReturn(ctx: KoaContextWithOIDC): URL | undefined {
    const target = ctx.oidc.params?.['page_return_to'];
    const url = typeof target === 'string' ? URL.parse(target) : null;
    return url && pagesOf(ctx).includes(url.origin) && !url.username && !url.password ? url : undefined;
  }

  return {
    /** Runs with every authorization request, before anything is minted. */
    check(ctx: KoaContextWithOIDC): void {
      const params = ctx.oidc.params ?? {};
      const mode = params['response_mode'];
      const allowed =
        (mode === 'json' && requests.find(ctx)) ||
        (mode === 'page_message' && findPage(ctx)) ||
        (mode === 'page_return' && findReturn(ctx) && params['response_type'] === 'none') ||
        !['json', 'page_message', 'page_return'].includes(String(mode));
      if (allowed) return;
      params['response_mode'] = undefined;
      throw new errors.UnsupportedResponseMode();
    },

    json(ctx: KoaContextWithOIDC, _redirectUri: string, answer: Answer): void {
      // The library gives login_required the status of a redirect.
      ctx.status = 'error' in answer ? (ctx.status >= 500 ? ctx.status : 400) : 200;
      ctx.remove('Location');
      ctx.body = requests.find(ctx) ? answer : { error: 'unsupported_response_mode' };
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
