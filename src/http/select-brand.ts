import Cookies from 'cookies';
import type { Context, Middleware, Next } from 'koa';
import { ParleyError } from '../errors.ts';

/** What a brand brings to the process's front door. */
export interface Site {
  brand: string;
  issuer: string;
  cookieKeys: string[];
  /** Serves every request below the issuer's path. */
  handler: Middleware;
}

interface Entry extends Site {
  host: string;
  /** Without a trailing slash; empty for an issuer that owns its host. */
  path: string;
  secure: boolean;
}

/**
 * Chooses the brand by the request's Host and path, both compared with the issuers and nothing else, so that a
 * forged Host can never appear in a URL that Parley writes. The brand's own cookie keys are in force from here on.
 */
export function selectBrand(sites: readonly Site[], onUnknownHost: Middleware): Middleware {
  const entries = sites.map(toEntry).toSorted((a, b) => b.path.length - a.path.length);
  return async (ctx: Context, next: Next) => {
    const host = normalHost(ctx);
    const entry = entries.find((candidate) => candidate.host === host && owns(candidate.path, ctx.path));
    if (!entry) {
      await onUnknownHost(ctx, next);
      return;
    }
    ctx.state['brand'] = entry.brand;
    if (entry.secure && !ctx.secure) {
      throw new ParleyError(
        'proxy_misconfigured',
        `a request for ${entry.issuer} came over plain http: the proxy does not send X-Forwarded-Proto: https, or its address is not in trusted_proxies`,
      );
    }
    ctx.cookies = new Cookies(ctx.req, ctx.res, { keys: entry.cookieKeys, secure: ctx.secure });
    await entry.handler(ctx, next);
  };
}

function toEntry(site: Site): Entry {
  const { host, pathname, protocol } = new URL(site.issuer);
  return { ...site, host, path: pathname.replace(/\/$/, ''), secure: protocol === 'https:' };
}

function owns(path: string, requested: string): boolean {
  return path === '' || requested === path || requested.startsWith(`${path}/`);
}

/** The Host header as a URL would have it: lower case, without a default port. */
function normalHost(ctx: Context): string | undefined {
  const url = URL.parse(`https://${ctx.host}`);
  if (!url || url.pathname !== '/' || url.username || url.search || url.hash) return undefined;
  return url.port === '' ? url.hostname : url.port === '80' && !ctx.secure ? url.hostname : url.host;
}
