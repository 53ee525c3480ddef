import Koa, { type Context, type Middleware } from 'koa';
import mount from 'koa-mount';
import type { AuditLog } from '../audit/audit-log.ts';
import { type BrandKeys, openBrandKeys } from './brand-keys.ts';
import { openBrandEvents } from './brand-events.ts';
import { claimsByScope } from '../claims/claim-names.ts';
import { createClaimsMapping } from '../claims/claims-mapping.ts';
import { compileExpression } from '../claims/compile-expression.ts';
import { createSignInRecords } from './sign-in-records.ts';
import { openBrandBrokers } from './brand-brokers.ts';
import { openBrokerFetch, openIssuerFetch } from './brand-fetch.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import { openSilentWays } from '../directory/open-silent-ways.ts';
import type { Admission } from '../http/admission/admission.ts';
import { admitRequests } from '../http/admission/admit-requests.ts';
import { createAnonymousLimit } from '../http/limit-anonymous.ts';
import type { Site } from '../http/site-table.ts';
import { createInteractionRoutes } from '../interaction/dispatch.ts';
import { describeScope } from '../interaction/describe-scope.ts';
import { createKnownBrowsers } from '../interaction/known-browsers.ts';
import { createNameConsumer } from '../interaction/name-consumer.ts';
import { createPages, type Pages } from '../interaction/pages.ts';
import { createSecondFactor } from '../interaction/second-factor.ts';
import { createSignInAttempts } from '../interaction/sign-in-attempts.ts';
import type { Views } from '../interaction/views/views.ts';
import type { ConsumerSessions } from '../issuer/consumer-sessions.ts';
import { createIssuer } from '../issuer/create-issuer.ts';
import { createRequestLog, type RequestLog } from '../issuer/request-log.ts';
import type { VerifyServiceToken } from '../issuer/verify-service-token.ts';
import { parseEncryptionKey } from '../keys/encryption-key.ts';
import { type KeySet, loadKeySet } from '../keys/key-set.ts';
import { loadPairwiseSalt } from '../keys/pairwise-salt.ts';
import type { Seal } from '../keys/seal.ts';
import { createAttemptLimits } from '../limits/attempt-limits.ts';
import { loadDemo } from './load-demo.ts';
import type { Log } from '../log.ts';
import { openAccounts } from './open-accounts.ts';
import type { TokenBroker } from '../platform/token-broker.ts';
import { type ResolvedClient, resolveClient } from '../platform/resolve-client.ts';
import { acrValuesOf, openSignInWays, useAssertionOnce } from './sign-in-ways.ts';
import type { BrandStore, Store } from '../store/contract.ts';
import type { BrandTelemetry } from '../telemetry/contract.ts';

export interface BrandSiteOptions {
  brand: BrandConfig;
  config: Config;
  store: Store;
  cookieKeys: readonly string[];
  /** For secrets in the store; its keys are read when somebody needs them. */
  loadSeal(): Promise<Seal>;
  views: Views;
  /** The script for brands' pages, the same for each. */
  serveScript: Middleware;
  /** The process's, which all brands share. */
  admission: Admission;
  log: Log;
  audit: AuditLog;
  now(): number;
  telemetry: BrandTelemetry;
}

export interface BrandSite extends Site {
  directory: AccountDirectory;
  pages: Pages;
  store: BrandStore;
  config: BrandConfig;
  brokers: ReadonlyMap<string, TokenBroker>;
  requestLog: RequestLog | undefined;
  /** For the operator. */
  sessions: ConsumerSessions;
  verifyServiceToken: VerifyServiceToken;
  /** With the set that the issuer was built with, as far as it is published. */
  keys: BrandKeys & { set: KeySet };
  /** What it still has to write is written, then nothing of it works any more. */
  close(): Promise<void>;
}

/** Everything that one brand owns in this process: issuer, keys, directory, claims, pages, and for a demo its twin. */
export async function createBrandSite(options: BrandSiteOptions): Promise<BrandSite> {
  const directory = await openAccounts(options);
  try {
    return await createSite(options, directory);
  } catch (error) {
    // The process may go on without this brand: no connection of its directory stays open.
    await directory.close();
    options.telemetry.close();
    throw error;
  }
}

async function createSite(options: BrandSiteOptions, directory: AccountDirectory): Promise<BrandSite> {
  const { brand, config, log, now } = options;
  const store = options.store.forBrand(brand.brand);
  const { audit } = options;
  const clients = brand.clients.map(resolveClient);
  const limits = createAttemptLimits({ store, settings: brand.limits, audit });
  const mapped = { claims: brand.claims, scopes: brand.scopes, clients };
  const keyOptions = { folder: config.server.keys, brand: brand.brand, create: mayCreateKeys(config), now };
  const brandKeys = openBrandKeys(config, brand);
  const keySet = await loadKeySet({ ...keyOptions, ...brandKeys, times: brandKeys.policy });
  for (const { kid, alg } of keySet.jwks.keys) audit.record('key.loaded', { kid, alg });
  const pages = createPages(options.views, brand.display_name ?? brand.brand);
  const claims = createClaimsMapping({
    ...mapped,
    onProblem: (problem) =>
      log.warn(problem, 'a claims expression failed on an account; the claim is left out'),
  });
  const requestLog = brand.request_log
    ? createRequestLog({ store: options.store.forBrand(brand.brand), log })
    : undefined;

  const brandEvents = openBrandEvents({ brand, store, now });
  const signIn = openSignInWays({ brand, store, keySet, signInRecords: createSignInRecords(options), now });
  const silentWays = openSilentWays(brand.login, {
    issuer: brand.issuer,
    log,
    now,
    compile: (expression) => compileExpression(expression).evaluate,
    useOnce: useAssertionOnce(store),
    watch: options.telemetry,
  });
  const issuerFetch = openIssuerFetch(brand);
  const brokerFetch = openBrokerFetch(brand);
  const { fetch } = brokerFetch;
  const brokers = await openBrandBrokers({ ...options, store, clients, directory, claims, fetch });

  const anonymousLimit = createAnonymousLimit(store, config.server.anonymous_limit);
  const issuer = await createIssuer({
    brand,
    clients,
    encryptionKeys: parseEncryptionKeys(clients),
    claims,
    claimsByScope: claimsByScope(mapped),
    acrValues: acrValuesOf(brand),
    directory,
    silentWays,
    eventVerifier: brandEvents,
    store,
    jwks: keySet.jwks,
    cookieKeys: options.cookieKeys,
    pairwiseSalt: usesPairwise(brand) ? await loadPairwiseSalt(keyOptions) : '',
    views: pages,
    audit,
    limits,
    log,
    requestLog,
    brokers,
    async onSessionEnd(session) {
      await Promise.all([...brokers.values()].map((broker) => broker.endSession(session)));
    },
    telemetry: options.telemetry,
    admitAnonymous: anonymousLimit.admit,
    now,
    fetch: issuerFetch.fetch,
  });

  const app = new Koa();
  const isSignedIn = (ctx: Context) =>
    ctx.cookies.get(issuer.cookies.names.session, { signed: true }) !== undefined;
  app.use(options.serveScript);
  app.use(anonymousLimit.refuseEarly((ctx) => bringsBrandSession(brand, ctx) || isSignedIn(ctx)));
  app.use(admitRequests({ admission: options.admission, isSignedIn }));
  if (brand.demo) app.use(await loadDemo(brand, requestLog));
  app.use(
    createInteractionRoutes({
      gateway: issuer.interactions,
      directory,
      ways: signIn.ways,
      attempts: createSignInAttempts({ limits, audit }),
      knownBrowsers: createKnownBrowsers({
        store,
        cookie: { name: issuer.cookies.known, attributes: issuer.cookies.long },
      }),
      secondFactor: createSecondFactor({ limits, useOnce: useOnceIn(store), now }),
      audit,
      log,
      pages,
      issuer: brand.issuer,
      describeScope,
      nameConsumer: createNameConsumer(claims),
    }),
  );
  issuer.provider.proxy = true;
  app.use(mount('/', issuer.provider));
  const path = new URL(brand.issuer).pathname;
  return {
    brand: brand.brand,
    issuer: brand.issuer,
    cookieSignatures: issuer.cookies.signatures,
    handler: mount(path, app),
    directory,
    pages,
    store,
    config: brand,
    brokers,
    requestLog,
    sessions: issuer.sessions,
    verifyServiceToken: issuer.verifyServiceToken,
    keys: { ...brandKeys, set: keySet },
    async close() {
      await requestLog?.flush();
      await Promise.all([signIn.close(), silentWays.close(), brandEvents?.close()]);
      await Promise.all([...brokers.values()].map((broker) => broker.close()));
      await Promise.all([issuerFetch.close(), brokerFetch.close()]);
      await directory.close();
      options.telemetry.close();
    },
  };
}

/** The store writes a replay record once and says who was first. */
function useOnceIn(store: BrandStore) {
  return async (name: string, seconds: number): Promise<boolean> =>
    (await store.upsert('ReplayDetection', name, {}, seconds)) === 'saved';
}

/** Whether the brand itself may know who this is; only asking it would tell. */
function bringsBrandSession({ login }: BrandConfig, ctx: Context): boolean {
  const header = ctx.get('Cookie');
  return login.some(({ session }) => session?.cookies.some((name) => header.includes(`${name}=`)));
}

function usesPairwise({ subject, clients }: BrandConfig): boolean {
  return [subject, ...clients.map((client) => client.subject)].includes('pairwise');
}

/** Processes that share a store must share their keys too, so there nobody makes them in passing. */
function mayCreateKeys({ production, server }: Config): boolean {
  return !production || server.store.startsWith('embedded:');
}

function parseEncryptionKeys(clients: readonly ResolvedClient[]) {
  const encrypted = clients.filter((client) => client.encryption);
  const entries = encrypted.map(({ id, encryption }) => {
    const key = parseEncryptionKey(encryption?.key ?? '');
    return [id, { ...key, use: 'enc', ...(encryption?.kid && { kid: encryption.kid }) }] as const;
  });
  return new Map(entries);
}
