import type { Provider } from 'oidc-provider';
import type { BrandConfig } from '../../config/brand-schema.ts';
import type { SilentWays } from '../../directory/open-silent-ways.ts';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import type { Consumers } from '../consumers.ts';
import { identityScopes } from '../identity-scopes.ts';
import { createResourceServers } from '../resource-servers.ts';
import { grantTypes } from './grant-types.ts';
import { createJwtBearer, jwtBearerParameters } from './jwt-bearer.ts';
import { createTokenExchange, tokenExchangeParameters } from './token-exchange.ts';

export interface RegisterGrantsOptions {
  brand: BrandConfig;
  clients: readonly ResolvedClient[];
  consumers: Consumers;
  /** Absent: the brand signs no assertions. */
  silentWays: SilentWays;
}

/** The grants with which a brand's own servers get tokens. Only clients that list them may use them. */
export function registerGrants(provider: Provider, options: RegisterGrantsOptions): void {
  const { brand, clients, consumers, silentWays } = options;
  const common = {
    verifier: silentWays.assertion,
    findAccount: consumers.findAccount,
    findResource: createResourceServers(brand.resources, clients),
    scopesOf(clientId: string): string[] {
      const listed = clients.find(({ id }) => id === clientId)?.scopes;
      return identityScopes(brand).filter((scope) => scope === 'openid' || !listed || listed.includes(scope));
    },
  };
  // What nobody may use, discovery does not promise.
  const isUsed = (grant: keyof typeof grantTypes) => clients.some(({ grants }) => grants?.includes(grant));
  if (isUsed('jwt-bearer')) {
    const grantType = grantTypes['jwt-bearer'];
    provider.registerGrantType(grantType, createJwtBearer(common), jwtBearerParameters, ['resource']);
  }
  if (isUsed('token-exchange')) {
    const grantType = grantTypes['token-exchange'];
    provider.registerGrantType(grantType, createTokenExchange(common), tokenExchangeParameters, [
      'resource',
      'audience',
    ]);
  }
}
