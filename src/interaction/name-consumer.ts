import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { Account } from '../directory/contract.ts';

/** A consumer's name as the brand maps it for its clients: `name`, else given and family name. */
export function createNameConsumer(
  claims: ClaimsMapping,
): (account: Account, clientId: string) => string | undefined {
  return (account, clientId) => {
    const known = claims.release({
      account,
      clientId,
      scopes: ['profile'],
      requested: [],
      use: 'userinfo',
    });
    const parts = [known['given_name'], known['family_name']].filter(isText);
    return isText(known['name']) ? known['name'] : parts.join(' ') || undefined;
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
