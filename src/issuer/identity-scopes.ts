import { standardScopes } from '../claims/standard-scopes.ts';
import type { BrandConfig } from '../config/brand-schema.ts';

/** The scopes of a brand's issuer itself; those of its APIs belong to their resource (resource-servers.ts). */
export function identityScopes(brand: Pick<BrandConfig, 'scopes'>): string[] {
  return [
    'openid',
    'offline_access',
    ...new Set([...Object.keys(standardScopes), ...Object.keys(brand.scopes)]),
  ];
}
