import type { Provider } from 'oidc-provider';

/** Whom a server's own access token speaks for (RFC 6749 section 4.4): a client, never a consumer. */
export interface ServiceToken {
  clientId: string;
  scopes: ReadonlySet<string>;
}

/** @returns undefined for a token that is unknown, revoked, over, meant for another resource, or a consumer's */
export type VerifyServiceToken = (token: string, resource: string) => Promise<ServiceToken | undefined>;

/** Opaque tokens only: what the store does not hold any more is worth nothing at once. */
export function createVerifyServiceToken(provider: Provider): VerifyServiceToken {
  return async (token, resource) => {
    const found = await provider.ClientCredentials.find(token);
    if (!found?.clientId || ![found.aud].flat().includes(resource)) return undefined;
    // A client that was taken out of the configuration meanwhile speaks no more.
    if (!(await provider.Client.find(found.clientId))) return undefined;
    return { clientId: found.clientId, scopes: new Set(found.scope?.split(' ')) };
  };
}
