import type { BrandConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { warning } from '../problem.ts';
import { siteOf } from '../site-of.ts';
import { checkIssuer } from './check-issuer.ts';

/** A page on another site than the issuer gets no cookie of ours: it can never sign in silently by session. */
export function checkSameSite(
  { issuer, clients }: BrandConfig,
  { isDoubtful }: { isDoubtful: (path: ConfigPath) => boolean },
): Problem[] {
  const home = URL.parse(issuer);
  if (!home || isDoubtful(['issuer']) || checkIssuer({ issuer }).length > 0) return [];
  return clients.flatMap(({ pages = [] }, index) =>
    pages.flatMap((page, position) => {
      const url = URL.parse(page);
      if (!url || siteOf(url) === siteOf(home)) return [];
      return [
        warning(
          ['clients', index, 'pages', position],
          'is on another site than the issuer: browsers keep our session cookie from it',
          `serve the issuer on a host below ${siteOf(url).replace(/^.*\/\//, '')}`,
        ),
      ];
    }),
  );
}
