import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import { hasCredentials, isProtected } from '../web-address.ts';

/** Addresses that Parley itself calls for a client: https, so that nobody on the way answers instead. */
export function checkClientAddresses({ clients }: BrandConfig): Problem[] {
  return clients.flatMap((client, index) =>
    (['jwks_uri', 'backchannel_logout_uri'] as const).flatMap((key) => {
      const address = client[key];
      const fault = address === undefined ? undefined : findFault(address);
      return fault ? [error(['clients', index, key], fault, 'write https://… without # and @')] : [];
    }),
  );
}

function findFault(address: string): string | undefined {
  const url = URL.parse(address);
  if (!url) return 'must be an absolute URL';
  if (!isProtected(url)) return 'must be https';
  if (address.includes('#')) return 'must not have a fragment';
  return hasCredentials(url) ? 'must not contain user information' : undefined;
}
