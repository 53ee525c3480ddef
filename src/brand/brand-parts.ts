import type { AuditLog } from '../audit/audit-log.ts';
import { type ClaimsMapping, createClaimsMapping } from '../claims/claims-mapping.ts';
import { compileExpression } from '../claims/compile-expression.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { EventVerifier } from '../directory/back-channel/contract.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import { openSilentWays, type SilentWays } from '../directory/open-silent-ways.ts';
import { type AnonymousLimit, createAnonymousLimit } from '../http/limit-anonymous.ts';
import { createPages, type Pages } from '../interaction/pages.ts';
import type { Views } from '../interaction/views/views.ts';
import { createRequestLog, type RequestLog } from '../issuer/request-log.ts';
import { checkHolder } from '../keys/check-holder.ts';
import { type KeySet, loadKeySet } from '../keys/key-set.ts';
import { loadPairwiseSalt } from '../keys/pairwise-salt.ts';
import type { Seal } from '../keys/seal.ts';
import { type AttemptLimits, createAttemptLimits } from '../limits/attempt-limits.ts';
import type { Log } from '../log.ts';
import { type ResolvedClient, resolveClient } from '../platform/resolve-client.ts';
import type { TokenBroker } from '../platform/token-broker.ts';
import type { BrandStore, Store } from '../store/contract.ts';
import type { BrandTelemetry } from '../telemetry/contract.ts';
import { openBrandBrokers } from './brand-brokers.ts';
import { openBrandEvents } from './brand-events.ts';
import { openBrokerFetch, openIssuerFetch } from './brand-fetch.ts';
import { type BrandKeys, mayCreateKeys, openBrandKeys, usesPairwise } from './brand-keys.ts';
import { openAccounts } from './open-accounts.ts';
import { createSignInRecords } from './sign-in-records.ts';
import { openSignInWays, type OpenedSignInWays, useAssertionOnce } from './sign-in-ways.ts';

export interface BrandPartsOptions {
  brand: BrandConfig;
  config: Config;
  store: Store;
  /** For secrets in the store; its keys are read when somebody needs them. */
  loadSeal(): Promise<Seal>;
  views: Views;
  log: Log;
  audit: AuditLog;
  /** Milliseconds since the epoch. */
  now(): number;
  telemetry: BrandTelemetry;
}

/** What one brand owns for as long as it is served; its issuer is made of it, again and again (brand-issuer.ts). */
export interface BrandParts {
  store: BrandStore;
  directory: AccountDirectory;
  clients: readonly ResolvedClient[];
  claims: ClaimsMapping;
  keys: BrandKeys & { set: KeySet };
  /** Empty for a brand without pairwise subjects. */
  pairwiseSalt: string;
  pages: Pages;
  requestLog: RequestLog | undefined;
  limits: AttemptLimits;
  anonymousLimit: AnonymousLimit;
  ways: OpenedSignInWays['ways'];
  silentWays: SilentWays;
  eventVerifier: EventVerifier | undefined;
  brokers: ReadonlyMap<string, TokenBroker>;
  /** The issuer's own requests. */
  fetch: typeof fetch;
  /** What it still has to write is written, then nothing of it works any more. */
  close(): Promise<void>;
}

/** Opens all of them, or none: where one fails, those before it are closed again. */
export async function openBrandParts(options: BrandPartsOptions): Promise<BrandParts> {
  await using opened = new AsyncDisposableStack();
  const parts = await openParts(options, opened);
  const kept = opened.move();
  return { ...parts, close: () => kept.disposeAsync() };
}

/** @param opened closes what was opened last before what it needs */
async function openParts(
  options: BrandPartsOptions,
  opened: AsyncDisposableStack,
): Promise<Omit<BrandParts, 'close'>> {
  const { brand, config, log, audit, now, telemetry } = options;
  opened.defer(() => telemetry.close());
  const directory = await openAccounts(options);
  opened.defer(() => directory.close());
  const store = options.store.forBrand(brand.brand);
  const clients = brand.clients.map(resolveClient);
  const claims = createClaimsMapping({
    claims: brand.claims,
    scopes: brand.scopes,
    clients,
    onProblem: (problem) =>
      log.warn(problem, 'a claims expression failed on an account; the claim is left out'),
  });

  const keyFolder = { folder: config.server.keys, brand: brand.brand, create: mayCreateKeys(config), now };
  const brandKeys = openBrandKeys(config, brand);
  opened.defer(() => brandKeys.signer?.close());
  const keySet = await loadKeySet({
    ...keyFolder,
    ...brandKeys,
    times: brandKeys.policy,
    create: keyFolder.create && brandKeys.policy.makesKeys,
  });
  checkHolder(keySet, brandKeys.signer);
  for (const { kid, alg } of keySet.jwks.keys) audit.record('key.loaded', { kid, alg });

  const requestLog = brand.request_log ? createRequestLog({ store, log }) : undefined;
  opened.defer(() => requestLog?.flush());
  const brandEvents = openBrandEvents({ brand, store, now });
  opened.defer(() => brandEvents?.close());
  const signIn = openSignInWays({
    brand,
    store,
    keySet: { keys: keySet, signer: brandKeys.signer },
    signInRecords: createSignInRecords(options),
    now,
  });
  opened.defer(() => signIn.close());
  const silentWays = openSilentWays(brand.login, {
    issuer: brand.issuer,
    log,
    now,
    compile: (expression) => compileExpression(expression).evaluate,
    useOnce: useAssertionOnce(store),
    watch: telemetry,
  });
  opened.defer(() => silentWays.close());
  const issuerFetch = openIssuerFetch(brand);
  opened.defer(() => issuerFetch.close());
  const brokerFetch = openBrokerFetch(brand);
  opened.defer(() => brokerFetch.close());
  const { fetch } = brokerFetch;
  const brokers = await openBrandBrokers({ ...options, store, clients, directory, claims, fetch });
  for (const broker of brokers.values()) opened.defer(() => broker.close());

  return {
    store,
    directory,
    clients,
    claims,
    keys: { ...brandKeys, set: keySet },
    pairwiseSalt: usesPairwise(brand) ? await loadPairwiseSalt(keyFolder) : '',
    pages: createPages(options.views, brand.display_name ?? brand.brand),
    requestLog,
    limits: createAttemptLimits({ store, settings: brand.limits, audit }),
    anonymousLimit: createAnonymousLimit(store, config.server.anonymous_limit),
    ways: signIn.ways,
    silentWays,
    eventVerifier: brandEvents,
    brokers,
    fetch: issuerFetch.fetch,
  };
}
