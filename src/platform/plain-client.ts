import { hasSecret } from './client-secret.ts';
import type { ClientConfig } from '../config/brand-schema.ts';
import type { ResolvedClient } from './preset-contract.ts';

/** Seconds. RFC 6749 section 4.1.2 allows 600 at most; a code nobody bound to a challenge gets half. */
const unboundCodeLifetime = 300;

/** A relying party without a preset: what the brand left open, filled in by OpenID Connect's own defaults. */
export function resolvePlainClient(client: ClientConfig): ResolvedClient {
  const isServerOnly = client.grants !== undefined && client.redirect_uris === undefined;
  const flows = client.flows ?? (isServerOnly ? [] : ['code', 'pkce']);
  return {
    ...client,
    flows,
    application_type: client.application_type ?? 'web',
    redirect_uris: client.redirect_uris ?? [],
    post_logout_redirect_uris: client.post_logout_redirect_uris ?? [],
    token_endpoint_auth_methods: authMethods(client, flows),
    openid_includes: client.openid_includes ?? [],
    claims: client.claims ?? {},
    id_token_claims: client.id_token_claims ?? false,
    first_party: client.first_party ?? false,
    refresh_tokens: client.refresh_tokens ?? false,
    lifetimes: client.lifetimes ?? {},
    unbound_code_lifetime: unboundCodeLifetime,
    pages: client.pages ?? [],
    accepts_no_nonce: false,
  };
}

/** A client that only gets answers at the authorization endpoint has nothing to prove (RFC 7591 section 2). */
function authMethods(
  client: ClientConfig,
  flows: ResolvedClient['flows'],
): ResolvedClient['token_endpoint_auth_methods'] {
  if (client.token_endpoint_auth_method) return [client.token_endpoint_auth_method];
  if (flows.length > 0 && flows.every((flow) => flow === 'implicit')) return ['none'];
  if (hasSecret(client)) return ['client_secret_basic'];
  return client.jwks || client.jwks_uri !== undefined ? ['private_key_jwt'] : ['none'];
}
