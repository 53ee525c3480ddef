import {
  type ClientMetadata,
  type Configuration,
  errors,
  type JWKS,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import { checkRequestedScope } from './check-requested-scope.ts';
import type { BrandCookies } from './cookies.ts';
import type { Consumers } from './consumers.ts';
import type { GrantPerResponse } from './grant-per-response.ts';
import type { createInteractionPolicy } from './interaction-policy.ts';
import type { createAdapterFactory } from './store-adapter.ts';
import { usesSecret } from './client-secrets.ts';
import { identityScopes } from './identity-scopes.ts';
import type { issuerPages } from './issuer-pages.ts';
import { createLifetimes } from './lifetimes.ts';
import { checkParameters } from './request-parameters.ts';
import { createResourceServers } from './resource-servers.ts';

export interface ConfigurationParts {
  brand: BrandConfig;
  clients: readonly ResolvedClient[];
  clientMetadata: ClientMetadata[];
  claimsByScope: Readonly<Record<string, string[]>>;
  acrValues: readonly string[];
  /** With the keys that others hold. */
  jwks: JWKS;
  cookies: BrandCookies;
  adapter: ReturnType<typeof createAdapterFactory>;
  policy: ReturnType<typeof createInteractionPolicy>;
  findAccount: Consumers['findAccount'];
  grants: GrantPerResponse;
  pages: ReturnType<typeof issuerPages>;
  pairwiseSubject: NonNullable<Configuration['pairwiseIdentifier']>;
  /** After the library's own checks, before the account is loaded. */
  checkAuthorization(ctx: KoaContextWithOIDC): Promise<void>;
  interactionUrl(ctx: KoaContextWithOIDC, interaction: { uid: string }): string;
  /** Seconds since the epoch. */
  now(): number;
  /** Guarded against addresses inside the network; the library's own guard warns where it is missing, and asks anyway. */
  fetch: typeof fetch;
}

/**
 * Everything that one brand's oidc-provider is told. Each default that is unsafe or wrong for chat is closed
 * here by name (docs/architecture.md, "What Parley changes in oidc-provider").
 */
export function createProviderConfiguration(parts: ConfigurationParts): Configuration {
  const { brand, clients, cookies } = parts;
  const byId = new Map(clients.map((client) => [client.id, client]));
  const clientOf = (clientId: string | undefined) => byId.get(clientId ?? '');
  return {
    adapter: parts.adapter,
    clients: parts.clientMetadata,
    jwks: parts.jwks,
    findAccount: parts.findAccount,
    cookies: { names: cookies.names, keys: cookies.signatures, long: cookies.long, short: cookies.short },
    interactions: { policy: parts.policy, url: parts.interactionUrl },

    // The claims mapping decides what is released; the library's filter lets all of it pass with openid.
    claims: {
      acr: null,
      auth_time: null,
      iss: null,
      sid: null,
      ...parts.claimsByScope,
      // How and when the consumer signed in is said in every ID token (OpenID Connect Core 2).
      openid: ['sub', 'acr', 'amr', 'auth_time', ...new Set(Object.values(parts.claimsByScope).flat())],
    },
    acrValues: [...parts.acrValues],
    scopes: identityScopes(brand),
    conformIdTokenClaims: false,
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: parts.pairwiseSubject,
    // Presets name a sector without publishing a document for it.
    sectorIdentifierUriValidate: () => false,

    responseTypes: ['code', 'id_token', 'code id_token', 'none'],
    allowOmittingSingleRegisteredRedirectUri: false,
    enableHttpPostMethods: false,
    acceptQueryParamAccessTokens: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    extraParams: {
      async login_hint_token(ctx) {
        checkParameters(ctx);
        checkRequestedScope(ctx);
        await parts.checkAuthorization(ctx);
      },
      page: null,
      page_return_to: null,
    },
    pkce: {
      required: (_ctx, client) => {
        const flows = clientOf(client.clientId)?.flows ?? ['code', 'pkce'];
        return client.clientAuthMethod === 'none' || (flows.includes('pkce') && !flows.includes('code'));
      },
    },

    loadExistingGrant: parts.grants.loadExistingGrant,
    expiresWithSession: parts.grants.expiresWithSession,
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      (source.scopes.has('offline_access') || Boolean(clientOf(client.clientId)?.refresh_tokens)),

    clientBasedCORS: (ctx, origin, client) => isPageOf(clientOf(client.clientId), origin, ctx.oidc.route),
    // As RFC 6749 section 10.10 wants it. The library's 256 are sixteen characters more, in each name and index of the store.
    formats: { bitsOfOpaqueRandomness: 160 },
    ttl: createLifetimes(brand, clientOf, parts.now),
    renderError: parts.pages.renderError,
    routes: { userinfo: '/userinfo' },
    enabledJWA,
    fetchResponseBodyLimits: { jwks_uri: 64 * 1024, sector_identifier_uri: 16 * 1024 },
    fetch: parts.fetch,

    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      // What nobody may use, discovery does not promise.
      clientCredentials: { enabled: clients.some(({ grants }) => grants?.includes('client-credentials')) },
      dPoP: { enabled: false },
      encryption: { enabled: true },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      introspection: {
        enabled: true,
        // Own tokens only, and none of a consumer who may not be served any more.
        async allowedPolicy(ctx, client, token) {
          if (token.clientId !== client.clientId) return false;
          if (!('accountId' in token) || !token.accountId) return true;
          return (await parts.findAccount(ctx, token.accountId, token)) !== undefined;
        },
      },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: createResourceServers(brand.resources, clients),
        // A request that named no resource keeps its access token for userinfo.
        useGrantedResource: () => false,
      },
      // Limited to redirect URIs on a listed page (page/response-modes.ts).
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => checkOwnToken(client, token) },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: parts.pages.logoutSource,
        postLogoutSuccessSource: parts.pages.postLogoutSuccessSource,
      },
    },
  };
}

/** RFC 7009 section 2.1: another client's token is not revoked, and the caller is told. */
function checkOwnToken(client: { clientId: string }, token: { clientId?: string | undefined }): true {
  if (token.clientId !== client.clientId)
    throw new errors.InvalidRequest('the token belongs to another client');
  return true;
}

const signing = ['RS256', 'PS256', 'ES256'] as const;

const enabledJWA: NonNullable<Configuration['enabledJWA']> = {
  clientAuthSigningAlgValues: [...signing],
  idTokenSigningAlgValues: ['RS256', 'ES256'],
  requestObjectSigningAlgValues: [...signing],
  idTokenEncryptionAlgValues: ['RSA-OAEP-256'],
  idTokenEncryptionEncValues: ['A256GCM', 'A128CBC-HS256'],
  requestObjectEncryptionAlgValues: [],
  requestObjectEncryptionEncValues: [],
};

/** Public clients redeem from their own pages; nobody else's page may read a token answer. */
function isPageOf(client: ResolvedClient | undefined, origin: string, route: string): boolean {
  if (!client || origin === 'null') return false;
  if (usesSecret(client) && route !== 'userinfo') return false;
  const uris = [...(client.redirect_uris ?? []), ...(client.pages ?? [])];
  return uris.some((uri) => URL.parse(uri)?.origin === origin);
}
