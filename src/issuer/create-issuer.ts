import { randomBytes } from 'node:crypto';
import { type JWK, type JWKS, Provider, type KoaContextWithOIDC } from 'oidc-provider';
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
import { createBrandCookies, deriveKey } from './cookies.ts';
import { endSession, revokeGrantsOf } from './end-session.ts';
import { createFindAccount } from './find-account.ts';
import { createGrantPerResponse } from './grant-per-response.ts';
import { createInteractionGateway } from './interaction-gateway.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import { type IssuerViews, issuerPages } from './issuer-pages.ts';
import { longestGrant } from './lifetimes.ts';
import { logEvents } from './log-events.ts';
import { createPairwiseSubject } from './pairwise-subject.ts';
import { createProviderConfiguration } from './provider-configuration.ts';
import { createLateAnswers } from './refuse-late-answers.ts';
import { acceptMissingNonce, limitParameters } from './request-parameters.ts';
import { scriptPagePolicy } from './script-page-policy.ts';
import { createAdapterFactory } from './store-adapter.ts';

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
  const cookies = createBrandCookies(brand.brand, brand.issuer, options.cookieKeys);
  const secret = options.cookieKeys[0] ?? '';
  const now = () => Math.floor(options.now() / 1000);
  const clientOf = (clientId: string) => clients.find(({ id }) => id === clientId);
  const isFirstParty = (clientId: string) => Boolean(clientOf(clientId)?.first_party);
  const lateAnswers = createLateAnswers(cookies);
  const binding = createBrowserBinding(cookies, deriveKey(secret, `parley binding ${brand.brand}`));
  const consentMemory = createConsentMemory(store);
  const pairwiseSubject = createPairwiseSubject(options.pairwiseSalt);
  const path = new URL(brand.issuer).pathname.replace(/\/$/, '');

  const provider: Provider = new Provider(
    brand.issuer,
    createProviderConfiguration({
      brand,
      clients,
      clientMetadata: clients.map((client) =>
        toClientMetadata(client, brand.subject, options.encryptionKeys.get(client.id)),
      ),
      claimsByScope: options.claimsByScope,
      jwks: options.jwks,
      cookies,
      adapter: createAdapterFactory(store, lateAnswers.mark),
      policy: createInteractionPolicy({
        absoluteLifetime: brand.session.absolute,
        now: options.now,
        isFirstParty,
      }),
      findAccount: createFindAccount({
        directory: options.directory,
        claims: options.claims,
        store,
        findSession: (uid) => provider.Session.findByUid(uid),
      }),
      grants: createGrantPerResponse({
        store,
        consentMemory,
        isFirstParty,
        grantLifetime: longestGrant(brand),
        createId: () => randomBytes(32).toString('base64url'),
      }),
      pages: issuerPages({
        views: options.views,
        endSession: (session) => end(session),
        subjectOf: async (ctx) => subjectOf(ctx),
        cookies,
      }),
      pairwiseSubject,
      interactionUrl: (ctx, { uid }) => {
        binding.ensure(ctx);
        return `${path}/interaction/${uid}`;
      },
      now,
      ...(options.fetch && { fetch: options.fetch }),
    }),
  );
  const end = (session: Parameters<typeof endSession>[1]) => endSession({ provider, store, log }, session);

  async function subjectOf(ctx: KoaContextWithOIDC): Promise<string | undefined> {
    const { client, session } = ctx.oidc;
    if (!session?.accountId) return undefined;
    return client?.subjectType === 'pairwise'
      ? pairwiseSubject(ctx, session.accountId, client)
      : session.accountId;
  }

  provider.ReplayDetection.unique = createReplayDetection(store, now);
  provider.use(scriptPagePolicy);
  provider.use(limitParameters);
  provider.use(acceptMissingNonce((clientId) => Boolean(clientOf(clientId)?.accepts_no_nonce)));
  provider.use(binding.checkResume(provider));
  provider.use(lateAnswers.middleware);
  provider.use(async (ctx, next) => {
    await next();
    // The library's own confirm page destroys the session; what the session gave ends with it.
    const { session } = (ctx as unknown as KoaContextWithOIDC).oidc ?? {};
    if ((session as { destroyed?: boolean } | undefined)?.destroyed && session)
      await revokeGrantsOf(store, session.uid);
  });
  logEvents(provider, log);
  await checkClients(provider, clients);

  return {
    brand,
    provider,
    cookies,
    interactions: createInteractionGateway({
      provider,
      binding,
      consentMemory,
      csrfKey: deriveKey(secret, `parley csrf ${brand.brand}`),
      endSession: end,
      now,
    }),
  };
}

/** The library finds, then saves: of 20 parallel uses of one jti all passed. The store takes one. */
function createReplayDetection(
  store: BrandStore,
  now: () => number,
): typeof Provider.prototype.ReplayDetection.unique {
  return async (iss, jti, exp) => {
    const id = JSON.stringify([iss, jti]);
    return (await store.upsert('ReplayDetection', id, { iss }, Math.max(1, exp - now()))) === 'saved';
  };
}
