import type { Middleware } from 'koa';
import mount from 'koa-mount';
import type { AuditLog } from '../audit/audit-log.ts';
import { type BrandKeys, mayCreateKeys, openBrandKeys, usesPairwise } from './brand-keys.ts';
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
import { createAnonymousLimit } from '../http/limit-anonymous.ts';
import type { Site } from '../http/site-table.ts';
import { createPages, type Pages } from '../interaction/pages.ts';
import type { Views } from '../interaction/views/views.ts';
import type { ConsumerSessions } from '../issuer/consumer-sessions.ts';
import { createIssuer } from '../issuer/create-issuer.ts';
import { createRequestLog, type RequestLog } from '../issuer/request-log.ts';
import type { VerifyServiceToken } from '../issuer/verify-service-token.ts';
import { checkHolder } from '../keys/check-holder.ts';
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
import { createBrandApp } from './brand-app.ts';
import { createPutAway } from './put-away.ts';
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
  /** Lets go of the issuer that nobody has asked since; the next request builds it again. @param since epoch milliseconds */
  putAway(since: number): void;
  /** Whether its issuer stands. */
  isAwake(): boolean;
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
  const { brand, config, log, audit, now } = options;
  const store = options.store.forBrand(brand.brand);
  const clients = brand.clients.map(resolveClient);
  const limits = createAttemptLimits({ store, settings: brand.limits, audit });
  const mapped = { claims: brand.claims, scopes: brand.scopes, clients };
  const keyOptions = { folder: config.server.keys, brand: brand.brand, create: mayCreateKeys(config), now };
  const brandKeys = openBrandKeys(config, brand);
  const keySet = await loadKeySet({
    ...keyOptions,
    ...brandKeys,
    times: brandKeys.policy,
    create: keyOptions.create && brandKeys.policy.makesKeys,
  });
  checkHolder(keySet, brandKeys.signer);
  for (const { kid, alg } of keySet.jwks.keys) audit.record('key.loaded', { kid, alg });
  const pages = createPages(options.views, brand.display_name ?? brand.brand);
  const claims = createClaimsMapping({
    ...mapped,
    onProblem: (problem) =>
      log.warn(problem, 'a claims expression failed on an account; the claim is left out'),
  });
  const requestLog = brand.request_log ? createRequestLog({ store, log }) : undefined;

  const brandEvents = openBrandEvents({ brand, store, now });
  const signIn = openSignInWays({
    brand,
    store,
    keySet: { keys: keySet, signer: brandKeys.signer },
    signInRecords: createSignInRecords(options),
    now,
  });
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
  const pairwiseSalt = usesPairwise(brand) ? await loadPairwiseSalt(keyOptions) : '';
  const demo = brand.demo ? await loadDemo(brand, requestLog) : undefined;
  const path = new URL(brand.issuer).pathname;

  /** The library's Provider and what stands before it: most of what a brand takes of the memory. */
  async function buildIssuer() {
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
      signer: brandKeys.signer,
      cookieKeys: options.cookieKeys,
      pairwiseSalt,
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

    const app = createBrandApp({
      ...options,
      issuer,
      store,
      directory,
      anonymousLimit,
      demo,
      limits,
      pages,
      claims,
      ways: signIn.ways,
    });
    return { ...issuer, handler: mount(path, app) };
  }

  const issuer = createPutAway(buildIssuer, now);
  // Once at the start: what the library refuses must not be noticed by the first consumer.
  const cookieSignatures = await issuer.use(async ({ cookies }) => cookies.signatures);
  return {
    brand: brand.brand,
    issuer: brand.issuer,
    cookieSignatures,
    handler: (ctx, next) => issuer.use(({ handler }) => handler(ctx, next)),
    directory,
    pages,
    store,
    config: brand,
    brokers,
    requestLog,
    sessions: {
      list: (accountId) => issuer.use(({ sessions }) => sessions.list(accountId)),
      end: (accountId) => issuer.use(({ sessions }) => sessions.end(accountId)),
    },
    verifyServiceToken: (token, resource) =>
      issuer.use(({ verifyServiceToken }) => verifyServiceToken(token, resource)),
    keys: { ...brandKeys, set: keySet },
    putAway: issuer.putAway,
    isAwake: issuer.isThere,
    async close() {
      await requestLog?.flush();
      await Promise.all([signIn.close(), silentWays.close(), brandEvents?.close()]);
      await Promise.all([...brokers.values()].map((broker) => broker.close()));
      await Promise.all([issuerFetch.close(), brokerFetch.close()]);
      brandKeys.signer?.close();
      await directory.close();
      options.telemetry.close();
    },
  };
}

function parseEncryptionKeys(clients: readonly ResolvedClient[]) {
  const encrypted = clients.filter((client) => client.encryption);
  const entries = encrypted.map(({ id, encryption }) => {
    const key = parseEncryptionKey(encryption?.key ?? '');
    return [id, { ...key, use: 'enc', ...(encryption?.kid && { kid: encryption.kid }) }] as const;
  });
  return new Map(entries);
}
