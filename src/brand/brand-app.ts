import Koa, { type Context, type Middleware } from 'koa';
import mount from 'koa-mount';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import type { Admission } from '../http/admission/admission.ts';
import { admitRequests } from '../http/admission/admit-requests.ts';
import { createIsSignedIn } from '../http/admission/signed-in.ts';
import { answerPolicy } from '../http/answer-policy.ts';
import type { AnonymousLimit } from '../http/limit-anonymous.ts';
import { createInteractionRoutes, type InteractionOptions } from '../interaction/dispatch.ts';
import { describeScope } from '../interaction/describe-scope.ts';
import { createKnownBrowsers } from '../interaction/known-browsers.ts';
import { createNameConsumer } from '../interaction/name-consumer.ts';
import type { Pages } from '../interaction/pages.ts';
import { createSecondFactor } from '../interaction/second-factor.ts';
import { createSignInAttempts } from '../interaction/sign-in-attempts.ts';
import type { createIssuer } from '../issuer/create-issuer.ts';
import type { Log } from '../log.ts';
import type { BrandStore } from '../store/contract.ts';

export interface BrandAppOptions extends Pick<InteractionOptions, 'ways'> {
  brand: BrandConfig;
  issuer: Awaited<ReturnType<typeof createIssuer>>;
  serveScript: Middleware;
  admission: Admission;
  anonymousLimit: AnonymousLimit;
  demo: Middleware | undefined;
  store: BrandStore;
  directory: AccountDirectory;
  limits: Parameters<typeof createSignInAttempts>[0]['limits'];
  pages: Pages;
  claims: ClaimsMapping;
  audit: AuditLog;
  log: Log;
  now(): number;
}

/** What a request below the issuer's address meets, in this order. */
export function createBrandApp(options: BrandAppOptions): Koa {
  const { brand, issuer, store, limits, audit, log, pages, now } = options;
  const { cookies } = issuer;
  const isSignedIn = createIsSignedIn(issuer.findSession, cookies.names.session);
  const app = new Koa();
  app.use(options.serveScript);
  app.use(
    options.anonymousLimit.refuseEarly(async (ctx) => bringsBrandSession(brand, ctx) || isSignedIn(ctx)),
  );
  app.use(admitRequests({ admission: options.admission, isSignedIn }));
  if (options.demo) app.use(options.demo);
  app.use(answerPolicy);
  app.use(
    createInteractionRoutes({
      gateway: issuer.interactions,
      directory: options.directory,
      ways: options.ways,
      attempts: createSignInAttempts({ limits, audit }),
      knownBrowsers: createKnownBrowsers({
        store,
        cookie: { name: cookies.known, attributes: cookies.long },
      }),
      secondFactor: createSecondFactor({ limits, useOnce: useOnceIn(store), now }),
      audit,
      log,
      pages,
      issuer: brand.issuer,
      describeScope,
      nameConsumer: createNameConsumer(options.claims),
    }),
  );
  issuer.provider.proxy = true;
  app.use(mount('/', issuer.provider));
  return app;
}

/** Whether the brand itself may know who this is; only asking it would tell. */
function bringsBrandSession({ login }: BrandConfig, ctx: Context): boolean {
  const header = ctx.get('Cookie');
  return login.some(({ session }) => session?.cookies.some((name) => header.includes(`${name}=`)));
}

/** The store writes a replay record once and says who was first. */
function useOnceIn(store: BrandStore) {
  return async (name: string, seconds: number): Promise<boolean> =>
    (await store.upsert('ReplayDetection', name, {}, seconds)) === 'saved';
}
