import type { Context } from 'koa';

/**
 * The page proof: which of the client's pages sent this request, if any. It costs no store operation, sets no
 * cookie and extends no session, so a stranger's page learns nothing and changes nothing.
 *
 * Browsers send `Origin` with every POST. Without it only a fetch from the issuer's own origin remains, which the
 * browser vouches for with `Sec-Fetch-Site`.
 *
 * @param pages exact origins
 */
export function findProvenPage(
  ctx: Context,
  pages: readonly string[],
  issuerOrigin: string,
): string | undefined {
  const origin = ctx.get('Origin');
  if (origin) return pages.includes(origin) ? origin : undefined;
  const isOwn = ctx.get('Sec-Fetch-Site') === 'same-origin' && pages.includes(issuerOrigin);
  return isOwn ? issuerOrigin : undefined;
}

/** Lets exactly one page read the answer, with its cookies; nobody stores it. */
export function allowPage(ctx: Context, page: string): void {
  ctx.vary('Origin');
  ctx.set('Access-Control-Allow-Origin', page);
  ctx.set('Access-Control-Allow-Credentials', 'true');
  ctx.set('Access-Control-Expose-Headers', 'X-Request-Id');
  ctx.set('Cache-Control', 'no-store');
}
