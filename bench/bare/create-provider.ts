import {
  type ClientMetadata,
  type Configuration,
  type JWK,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { bareAccount, bareAccountId, bareCookieKey, claimsByScope, proof } from '../subject/example.ts';

export interface BareProviderOptions {
  issuer: string;
  keys: JWK[];
  clients: ClientMetadata[];
  adapter: NonNullable<Configuration['adapter']>;
}

const hour = 3600;

/**
 * oidc-provider as it is: same keys, clients, scopes, claims, features and lifetimes as the Parley beside it, and a
 * sign-in that asks nothing.
 */
export function createProvider({ issuer, keys, clients, adapter }: BareProviderOptions): Provider {
  const path = new URL(issuer).pathname.replace(/\/$/, '');
  const provider = new Provider(issuer, {
    adapter,
    jwks: { keys },
    clients,
    cookies: { keys: [bareCookieKey] },
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], sid: null, ...claimsByScope },
    acrValues: [proof.acr],
    conformIdTokenClaims: false,
    pkce: { required: () => false },
    findAccount: (_ctx, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, ...bareAccount }),
    }),
    interactions: { url: (_ctx, { uid }) => `${path}/interaction/${uid}` },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    features: {
      devInteractions: { enabled: false },
      // What Parley's issuers offer: the library looks at a request for each of them.
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      encryption: { enabled: true },
      introspection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
      resourceIndicators: { enabled: true },
      revocation: { enabled: true },
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    },
    routes: { userinfo: '/userinfo' },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    ttl: {
      Session: hour,
      Grant: 14 * 24 * hour,
      AccessToken: hour,
      AuthorizationCode: 60,
      IdToken: hour,
      Interaction: 600,
      RefreshToken: 14 * 24 * hour,
    },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) {
      await next();
      return;
    }
    const { req, res } = ctx;
    const { prompt, params, session } = await provider.interactionDetails(req, res);
    const result =
      prompt.name === 'login'
        ? { login: { accountId: bareAccountId, ...proof } }
        : await consent(provider, params, session);
    ctx.respond = false;
    await provider.interactionFinished(req, res, result);
  });
  return provider;
}

async function consent(
  provider: Provider,
  params: KoaContextWithOIDC['oidc']['params'],
  session?: { accountId: string },
) {
  const grant = new provider.Grant({
    accountId: session?.accountId ?? '',
    clientId: String(params?.['client_id']),
  });
  grant.addOIDCScope(String(params?.['scope']));
  return { consent: { grantId: await grant.save() } };
}
