import { errors, type ResourceServer } from 'oidc-provider';
import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';

/** Resource indicators (RFC 8707): which APIs of the brand an access token may be meant for. */
export function createResourceServers(
  resources: BrandConfig['resources'],
  clients: readonly Pick<ClientConfig, 'id' | 'scopes'>[],
): (ctx: unknown, resource: string, client: { clientId: string }) => ResourceServer {
  return (_ctx, resource, { clientId }) => {
    const known = Object.hasOwn(resources, resource) ? resources[resource] : undefined;
    if (!known) throw new errors.InvalidTarget();
    const allowed = clients.find(({ id }) => id === clientId)?.scopes;
    const scope = known.scopes.filter((name) => !allowed || allowed.includes(name)).join(' ');
    return known.format === 'jwt'
      ? { scope, audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }
      : { scope, audience: resource, accessTokenFormat: 'opaque' };
  };
}
