import type Cookies from 'cookies';
import type { Middleware } from 'koa';
import type { PublicDocument } from './documents/public-document.ts';

/** What a brand brings to the process's front door. */
export interface Site {
  brand: string;
  issuer: string;
  /** Signs and checks the brand's cookies. */
  cookieSignatures: Exclude<NonNullable<Cookies.Option['keys']>, string[]>;
  /** Serves every request below the issuer's path. */
  handler: Middleware;
}

/** A brand as requests find it. */
export interface SiteEntry {
  site: Site;
  /** The issuer's path, without a slash at the end; empty for an issuer that owns its host. */
  path: string;
  /** Over https only. */
  secure: boolean;
  /** What of it is the same for everybody, by path, once it was answered. */
  documents: Map<string, PublicDocument>;
}

export interface SiteTable {
  /** @param host as a URL writes it: lower case, without a default port */
  find(host: string | undefined, path: string): SiteEntry | undefined;
}

interface HostEntries {
  byPath: Map<string, SiteEntry>;
  /** How many segments the paths have: a thousand brands on one host are still one or two look-ups. */
  depths: Set<number>;
}

/** Brands by host and path. No issuer lies below another on one host, so that at most one answers. */
export function createSiteTable(sites: readonly Site[]): SiteTable {
  const hosts = new Map<string, HostEntries>();
  for (const site of sites) {
    const { host, pathname, protocol } = new URL(site.issuer);
    const path = pathname.replace(/\/$/, '');
    const entries = hosts.get(host) ?? { byPath: new Map(), depths: new Set() };
    entries.byPath.set(path, { site, path, secure: protocol === 'https:', documents: new Map() });
    entries.depths.add(path.split('/').length - 1);
    hosts.set(host, entries);
  }
  return {
    find(host, path) {
      const entries = host === undefined ? undefined : hosts.get(host);
      if (!entries) return undefined;
      const owner = entries.byPath.get('');
      if (owner) return owner;
      // No further than the longest issuer: a request's path may have thousands of slashes.
      const segments = path.split('/', Math.max(...entries.depths) + 1);
      for (const depth of entries.depths) {
        const entry = entries.byPath.get(segments.slice(0, depth + 1).join('/'));
        if (entry) return entry;
      }
      return undefined;
    },
  };
}
