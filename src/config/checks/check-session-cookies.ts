import type { BrandConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';
import { siteOf } from '../site-of.ts';
import { isLoopbackHost } from '../web-address.ts';

/** The cookies of `login[].session` can reach the issuer, and are the brand's. */
export function checkSessionCookies({ issuer, login }: BrandConfig): Problem[] {
  const home = URL.parse(issuer);
  return login.flatMap(({ session }, index) => {
    const target = session && URL.parse(session.url);
    if (!session || !home || !target) return [];
    const at: ConfigPath = ['login', index, 'session'];
    return [
      ...checkSite(home, target, at),
      ...session.cookies.flatMap((name, position) =>
        checkName(name, { home, target, path: [...at, 'cookies', position] }),
      ),
    ];
  });
}

function checkSite(home: URL, target: URL, at: ConfigPath): Problem[] {
  if (isLoopbackHost(target.hostname) || hostSite(home) === hostSite(target)) return [];
  return [
    warning(
      [...at, 'url'],
      'is on another site than the issuer: a cookie of that site never reaches Parley',
      `serve the issuer on a host below ${hostSite(target)}, or on the brand's own host`,
    ),
  ];
}

function checkName(
  name: string,
  { home, target, path }: { home: URL; target: URL; path: ConfigPath },
): Problem[] {
  if (/^(__\w+-)?parley_/i.test(name)) {
    return [error(path, 'is a cookie of Parley itself', "name the cookie of the brand's own session")];
  }
  // RFC 6265bis 4.1.3.2: such a cookie goes to the very host that set it.
  if (!/^__Host-/i.test(name) || home.host === target.host) return [];
  return [
    error(
      path,
      `never reaches ${home.host}: a __Host- cookie stays at the host that set it`,
      `name a cookie with Domain=${hostSite(target)}, or serve the issuer at ${target.origin}/id`,
    ),
  ];
}

/** Cookies do not ask for the scheme. */
function hostSite(url: URL): string {
  return siteOf(url).replace(/^.*\/\//, '');
}
