import Cookies from 'cookies';
import type { Context, Middleware, Next } from 'koa';
import { ParleyError } from '../errors.ts';
import { keepDocument } from './documents/public-document.ts';
import type { SiteTable } from './site-table.ts';

/**
 * Chooses the brand by the request's Host and path, both compared with the issuers and nothing else, so that a
 * forged Host can never appear in a URL that Parley writes. The brand's own cookie keys are in force from here on.
 *
 * @param find looks into the brands in force now: a request that found its brand stays with it to its end
 */
export function selectBrand(find: SiteTable['find'], onUnknownHost: Middleware): Middleware {
  return async (ctx: Context, next: Next) => {
    // As it is in most requests; else in another spelling.
    const entry = find(ctx.host, ctx.path) ?? find(normalHost(ctx), ctx.path);
    if (!entry) {
      await onUnknownHost(ctx, next);
      return;
    }
    const { site, path, secure } = entry;
    ctx.state['brand'] = site.brand;
    ctx.state['issuerPath'] = path;
    if (secure && !ctx.secure) {
      throw new ParleyError(
        'proxy_misconfigured',
        `a request for ${site.issuer} came over plain http: the proxy does not send X-Forwarded-Proto: https, or its address is not in trusted_proxies`,
      );
    }
    ctx.cookies = new Cookies(ctx.req, ctx.res, { keys: site.cookieSignatures, secure: ctx.secure });
    await site.handler(ctx, next);
    keepDocument(entry, ctx);
  };
}

/** The Host header as a URL would have it: lower case, without a default port. */
function normalHost(ctx: Context): string | undefined {
  const url = URL.parse(`https://${ctx.host}`);
  if (!url || url.pathname !== '/' || url.username || url.search || url.hash) return undefined;
  return url.port === '' ? url.hostname : url.port === '80' && !ctx.secure ? url.hostname : url.host;
}
