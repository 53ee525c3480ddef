import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import { isProtected } from '../web-address.ts';

/** A page that may ask for tokens is named by its exact origin, the way a browser writes it into `Origin`. */
export function checkPages({ clients }: BrandConfig): Problem[] {
  return clients.flatMap(({ pages = [] }, index) =>
    pages.flatMap((page, position) => {
      const fault = findPageFault(page);
      return fault ? [error(['clients', index, 'pages', position], fault.message, fault.fix)] : [];
    }),
  );
}

export function findPageFault(page: string): { message: string; fix: string } | undefined {
  const url = URL.parse(page);
  if (!url || !/^https?:$/.test(url.protocol) || page.includes('*')) {
    return { message: 'must be the origin of a page', fix: 'write https://www.your-brand.example' };
  }
  if (url.origin !== page)
    return { message: 'must be an origin and nothing more', fix: `write ${url.origin}` };
  if (isProtected(url)) return undefined;
  return { message: 'must be https', fix: `write https://${url.host}; http is for localhost only` };
}
