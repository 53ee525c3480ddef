import { randomBytes } from 'node:crypto';
import type { Context, Next } from 'koa';
import { type JWK, type JWKS, type KoaContextWithOIDC, Provider, type Session } from 'oidc-provider';
import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import type { Log } from '../log.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import type { BrandStore } from '../store/contract.ts';
import { createBrowserBinding } from './browser-binding.ts';
import { checkClients } from './check-clients.ts';
import { toClientMetadata } from './client-metadata.ts';
import { createConsentMemory } from './consent-memory.ts';
import { createConsumers } from './consumers.ts';
import { createBrandCookies } from './cookies.ts';
import { createEndedSessions } from './ended-sessions.ts';
import { completeEnd, endSession, type EndSessionOptions } from './end-session.ts';
import { exactPaths } from './exact-paths.ts';
import { createGrantPerResponse } from './grant-per-response.ts';
import { createInteractionGateway } from './interaction-gateway.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { type IssuerViews, issuerPages } from './issuer-pages.ts';
import { longestGrant } from './lifetimes.ts';
import { loadedContext } from './loaded-context.ts';
import { logEvents } from './log-events.ts';
import { createPageRequests } from './page/page-requests.ts';
import { createPageRoutes } from './page/page-routes.ts';
import { createPageModes } from './page/response-modes.ts';
import { createPairwiseSubject } from './pairwise-subject.ts';
import { createProviderConfiguration } from './provider-configuration.ts';
import { createLateAnswers } from './refuse-late-answers.ts';
import { recordRequests } from './record-requests.ts';
import { createReplayDetection } from './replay-detection.ts';
import type { RequestLog } from './request-log.ts';
import { acceptMissingNonce, limitParameters } from './request-parameters.ts';
import { scriptPagePolicy } from './script-page-policy.ts';
import { createAdapterFactory } from './store-adapter.ts';
import { untypedRevocation } from './untyped-revocation.ts';
import { warnOfLargeIdTokens } from './warn-of-large-id-tokens.ts';

export interface IssuerOptions {
  brand: BrandConfig;
  clients: readonly ResolvedClient[];
  /** Public keys that clients gave for encrypted ID tokens, by client id. */
  encryptionKeys: ReadonlyMap<string, JWK>;
  claims: ClaimsMapping;
  /** For discovery, and for the library's own filter. */
  claimsByScope: Readonly<Record<string, string[]>>;
  directory: AccountDirectory;
  store: BrandStore;
  jwks: JWKS;
  cookieKeys: readonly string[];
  pairwiseSalt: string;
  views: IssuerViews;
  log: Log;
  /** Absent: the brand wants none. */
  requestLog?: RequestLog | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Outbound requests (JWKS of clients, back-channel logout); tests lift the guard against private addresses. */
  fetch?: typeof fetch;
}

export type Issuer = Awaited<ReturnType<typeof createIssuer>>;

/** One brand's OpenID Provider. Rejects when the library refuses a client: it would only notice at first use. */
export async function createIssuer(options: IssuerOptions) {
  const { brand, store, log } = options;
  // A platform that never speaks OpenID Connect with us has no flow.
  const clients = options.clients.filter(({ flows }) => flows.length > 0);
  const parts = createParts(options, clients);
  const { cookies, binding, consentMemory, consumers, endedSessions, requests, modes, lateAnswers, now } =
    parts;

  const provider = new Provider(
    brand.issuer,
    createProviderConfiguration({
      ...options,
      ...parts,
      clients,
      clientMetadata: clients.map((client) =>
        toClientMetadata(client, brand, options.encryptionKeys.get(client.id)),
      ),
      adapter: createAdapterFactory({ store, endedSessions, onLateSave: lateAnswers.mark }),
      findAccount: consumers.findAccount,
      pages: issuerPages({
        views: options.views,
        isPageRequest: (ctx) => Boolean(requests.find(ctx)),
        endSession: (session) => end(session),
        subjectOf: (ctx) =>
          consumers.subjectOf(loadedContext(ctx).session.accountId, loadedContext(ctx).client),
        cookies,
      }),
      checkParameters: modes.check,
    }),
  );
  parts.connect(provider);
  const end = (session: Session) => endSession({ provider, store, endedSessions, log }, session);

  provider.ReplayDetection.unique = createReplayDetection(store, now);
  provider.registerResponseMode('json', modes.json);
  provider.registerResponseMode('page_message', modes.pageMessage);
  provider.registerResponseMode('page_return', modes.pageReturn);
  // In the order in which a request meets them, before the library's own routes.
  if (options.requestLog) {
    const clientIds = new Set(clients.map(({ id }) => id));
    const { requestLog } = options;
    provider.use(recordRequests({ provider, clientIds, requestLog, now: options.now }));
  }
  provider.use(exactPaths);
  provider.use(
    createPageRoutes({
      provider,
      clients,
      cookies,
      requests,
      issuer: brand.issuer,
      endSession: end,
      findSubject,
    }),
  );
  provider.use(scriptPagePolicy);
  provider.use(untypedRevocation);
  provider.use(limitParameters);
  provider.use(
    acceptMissingNonce((clientId) =>
      clients.some(({ id, accepts_no_nonce }) => id === clientId && accepts_no_nonce),
    ),
  );
  provider.use(binding.checkResume(provider));
  provider.use(lateAnswers.middleware);
  provider.use(endWithLibrary({ store, endedSessions }));
  logEvents(provider, log);
  warnOfLargeIdTokens(provider, log);
  await checkClients(provider, clients);

  async function findSubject(
    session: Session,
    { id, first_party }: ResolvedClient,
  ): Promise<string | undefined> {
    const client = await provider.Client.find(id);
    if (!client || !session.accountId) return undefined;
    // A client that is not the brand's own learns who is there only from a consumer who said so.
    const allowed =
      first_party || (await consentMemory.find(session.accountId, id))?.scopes.includes('openid');
    return allowed ? consumers.findSubject(session, client) : undefined;
  }

  return {
    brand,
    provider,
    cookies,
    interactions: createInteractionGateway({
      provider,
      binding,
      consentMemory,
      endSession: end,
      now,
    }),
  };
}

/** What an issuer is made of, before the library's Provider stands. */
function createParts(options: IssuerOptions, clients: readonly ResolvedClient[]) {
  const { brand, store } = options;
  const now = () => Math.floor(options.now() / 1000);
  const cookies = createBrandCookies(brand.brand, brand.issuer, options.cookieKeys);
  const isFirstParty = (clientId: string) =>
    clients.some(({ id, first_party }) => id === clientId && first_party);
  const binding = createBrowserBinding(cookies);
  const consentMemory = createConsentMemory(store);
  const pairwiseSubject = createPairwiseSubject(options.pairwiseSalt);
  const requests = createPageRequests();
  const endedSessions = createEndedSessions(store, brand.session.absolute);
  const absoluteLifetime = brand.session.absolute;
  const path = new URL(brand.issuer).pathname.replace(/\/$/, '');
  let provider: Provider | undefined;

  const consumers = createConsumers({
    ...options,
    absoluteLifetime,
    pairwiseSubject,
    endedSessions,
    findSession: async (uid) => provider?.Session.findByUid(uid),
    findGrant: async (id) => provider?.Grant.find(id),
    now,
  });
  return {
    now,
    cookies,
    binding,
    consentMemory,
    consumers,
    endedSessions,
    requests,
    pairwiseSubject,
    lateAnswers: createLateAnswers(cookies),
    modes: createPageModes({ clients, requests, showMessage: options.views.pageMessage }),
    policy: createInteractionPolicy({
      absoluteLifetime,
      now,
      isFirstParty,
      trustLoopback: brand.demo,
      expectsOther(ctx) {
        const expected = requests.find(ctx)?.expectedSubject;
        const { session, client } = ctx.oidc;
        if (expected === undefined || !session?.accountId || !client) return false;
        return consumers.subjectOf(session.accountId, client) !== expected;
      },
    }),
    grants: createGrantPerResponse({
      store,
      consentMemory,
      isFirstParty,
      grantLifetime: longestGrant(brand),
      createId: () => randomBytes(32).toString('base64url'),
    }),
    interactionUrl(ctx: KoaContextWithOIDC, { uid }: { uid: string }) {
      binding.ensure(ctx);
      return `${path}/interaction/${uid}`;
    },
    /** The library's Provider is built from these parts, and two of them need it back. */
    connect(built: Provider) {
      provider = built;
    },
  };
}

/** The library's own confirmation page destroys the session; what the session gave ends with it. */
function endWithLibrary(options: Pick<EndSessionOptions, 'store' | 'endedSessions'>) {
  return async (ctx: Context, next: Next) => {
    await next();
    const { session } = (ctx as unknown as KoaContextWithOIDC).oidc ?? {};
    const isDestroyed = (session as { destroyed?: boolean } | undefined)?.destroyed;
    if (session && isDestroyed) await completeEnd(options, session.uid);
  };
}
