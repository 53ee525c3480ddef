import Koa, { type Context } from 'koa';
import type { BrandSite } from '../brand/brand-site.ts';
import { accessLog, type WriteAccessLine } from '../http/access-log.ts';
import { checkHost } from '../http/check-host.ts';
import { checkRequestTarget } from '../http/check-request-target.ts';
import { closeWhenDraining } from '../http/close-when-draining.ts';
import { health } from '../http/health.ts';
import { refuseEncodedBodies } from '../http/refuse-encoded-bodies.ts';
import { renderError } from '../http/render-error.ts';
import { requestId } from '../http/request-id.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { selectBrand } from '../http/select-brand.ts';
import { skipAbsentBodies } from '../http/skip-absent-bodies.ts';
import type { Pages } from '../interaction/pages.ts';
import type { Log } from '../log.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import type { LiveBrands } from './live-brands.ts';

export interface AppOptions {
  live: Pick<LiveBrands, 'sites' | 'named' | 'find'>;
  /** For answers that are no brand's. */
  pages: Pages;
  /** Whether an address that is nobody's answers with the issuers: for a developer, and for nobody else. */
  listsIssuers: boolean;
  isDraining(): boolean;
  pingStore(): Promise<void>;
  writeAccessLine: WriteAccessLine;
  telemetry: Telemetry;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What every request goes through, from outside to inside; behind it stands the brand's own app (brand/brand-app.ts). */
export function createApp(options: AppOptions): Koa {
  const { live, pages, listsIssuers, isDraining, pingStore, writeAccessLine, telemetry, log, now } = options;
  const app = new Koa();
  app.proxy = true;
  app.on('error', (error) => log.error({ detail: String(error) }, 'answer could not be sent'));
  app.use(closeWhenDraining(isDraining));
  app.use(requestId);
  if (telemetry.watchRequests) app.use(telemetry.watchRequests);
  app.use(accessLog(writeAccessLine, { now, traceId: telemetry.traceId }));
  app.use(securityHeaders);
  app.use(renderError((ctx, model) => pagesFor(ctx).error(ctx, model), log));
  app.use(checkRequestTarget);
  app.use(checkHost);
  app.use(health({ isDraining, pingStore, pingDirectories: () => pingDirectories(live.sites()) }));
  app.use(refuseEncodedBodies);
  app.use(skipAbsentBodies);
  app.use(selectBrand(live.find, answerNobodysAddress));
  return app;

  function pagesFor(ctx: Context): Pages {
    return live.named(String(ctx.state['brand']))?.pages ?? pages;
  }

  function answerNobodysAddress(ctx: Context): void {
    ctx.status = 404;
    if (!listsIssuers) return pages.error(ctx, { sentence: 'There is nothing at this address.' });
    pages.issuers(ctx, { host: ctx.host, issuers: live.sites().map(({ issuer }) => issuer) });
  }
}

async function pingDirectories(sites: readonly BrandSite[]): Promise<Record<string, 'ok' | 'unavailable'>> {
  const answers = sites.map(async ({ brand, directory }) => {
    const state = await directory.ping().then(
      () => 'ok' as const,
      () => 'unavailable' as const,
    );
    return [brand, state] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}
