import { randomBytes } from 'node:crypto';
import type { ClientMetadata, JWK } from 'oidc-provider';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import { usesSecret } from './client-secrets.ts';
import { grantTypes as ownGrantTypes } from './grants/grant-types.ts';
import { identityScopes } from './identity-scopes.ts';
import { subjectMetadata } from './subject-rules.ts';

/**
 * A client of the configuration in the terms of OpenID Connect Dynamic Client Registration.
 *
 * One client may use several flows: `code` and `pkce` (RFC 6749, RFC 7636), `implicit` (ID token only) and
 * `hybrid` (`code id_token`). The library accepts Basic and body credentials alike for one client.
 */
export function toClientMetadata(
  client: ResolvedClient,
  brand: Pick<BrandConfig, 'subject' | 'scopes'>,
  encryptionKey?: JWK,
): ClientMetadata {
  const { flows } = client;
  const usesCode = flows.some((flow) => flow !== 'implicit');
  const responseTypes = [
    ...(flows.includes('code') || flows.includes('pkce') ? ['code'] : []),
    ...(flows.includes('implicit') ? ['id_token'] : []),
    ...(flows.includes('hybrid') ? ['code id_token'] : []),
    // A page's sign-in wants no answer but that it is done.
    ...(client.pages.length > 0 ? ['none'] : []),
  ];
  const grantTypes = [
    ...(usesCode ? ['authorization_code'] : []),
    ...(flows.includes('implicit') || flows.includes('hybrid') ? ['implicit'] : []),
    ...(client.grants ?? []).map((grant) => ownGrantTypes[grant]),
    ...(client.refresh_tokens ? ['refresh_token'] : []),
  ];
  return withoutUndefined({
    client_id: client.id,
    client_name: client.name ?? client.id,
    // Never the secret itself: authenticate-clients.ts compares.
    client_secret: usesSecret(client) ? randomBytes(32).toString('base64url') : undefined,
    application_type: client.application_type,
    redirect_uris: client.redirect_uris,
    post_logout_redirect_uris: client.post_logout_redirect_uris,
    response_types: responseTypes,
    grant_types: grantTypes,
    token_endpoint_auth_method: client.token_endpoint_auth_methods[0] ?? 'none',
    id_token_signed_response_alg: client.id_token_alg ?? 'RS256',
    ...subjectMetadata(client, brand),
    // RFC 9126 5: only pushed requests; RFC 9101 10.5: only signed ones.
    require_pushed_authorization_requests: client.require_pushed_requests,
    require_signed_request_object: client.require_signed_request_objects,
    scope: client.scopes ? allowedScopes(client.scopes, brand).join(' ') : undefined,
    backchannel_logout_uri: client.backchannel_logout_uri,
    backchannel_logout_session_required: client.backchannel_logout_uri ? true : undefined,
    ...keysOf(client, encryptionKey),
    ...(client.encryption && {
      id_token_encrypted_response_alg: client.encryption.alg,
      id_token_encrypted_response_enc: client.encryption.enc,
    }),
  }) as ClientMetadata;
}

/** Without the scopes of APIs, which the library refuses here; resource-servers.ts limits those. */
function allowedScopes(listed: readonly string[], brand: Pick<BrandConfig, 'scopes'>): string[] {
  const always = ['openid', 'offline_access'];
  return identityScopes(brand).filter((scope) => always.includes(scope) || listed.includes(scope));
}

function keysOf(client: ResolvedClient, encryptionKey: JWK | undefined) {
  if (client.jwks_uri) return { jwks_uri: client.jwks_uri };
  const keys = [...((client.jwks?.keys ?? []) as JWK[]), ...(encryptionKey ? [encryptionKey] : [])];
  return keys.length > 0 ? { jwks: { keys } } : {};
}

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
