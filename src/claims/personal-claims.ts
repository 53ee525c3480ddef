import type { MappedBrand } from './claim-names.ts';
import { standardScopes } from './standard-scopes.ts';

/** Of the standard's claims those that say something about the consumer's settings only. */
const impersonal = new Set(['locale', 'zoneinfo', 'updated_at', 'email_verified', 'phone_number_verified']);

/**
 * Claims whose values belong to the consumer and stay out of every log line: those of the standard scopes, those that
 * a client maps for itself (platforms' bundles of account data), and what the brand adds with `pii`.
 */
export function personalClaims({
  pii = [],
  clients,
}: Pick<MappedBrand, 'clients'> & { pii?: readonly string[] | undefined }): string[] {
  const standard = Object.values(standardScopes)
    .flat()
    .filter((claim) => !impersonal.has(claim));
  const own = clients.flatMap(({ claims }) => Object.keys(claims ?? {}));
  return [...new Set([...standard, ...own, ...pii])];
}
