import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/**
 * An authorization request names a scope of the issuer's or of the resource it is for, or is refused by that name (RFC 6749
 * section 3.3). The library would let the consumer sign in and consent first, and then say `access_denied` and nothing more.
 */
export function checkRequestedScope({ oidc }: KoaContextWithOIDC): void {
  if (oidc.requestParamOIDCScopes.size > 0) return;
  const requested = oidc.requestParamScopes;
  const ofResources = Object.values(oidc.resourceServers ?? {}).flatMap(({ scope }) => scope.split(' '));
  if (ofResources.some((name) => requested.has(name))) return;
  // The library's own InvalidScope says the scope back, in a parameter that no standard knows.
  throw new errors.CustomOIDCProviderError(
    'invalid_scope',
    "the parameter 'scope' must name a scope of this issuer",
  );
}
