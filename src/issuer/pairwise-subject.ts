import { createHmac } from 'node:crypto';
import type { SubjectClient } from './subject-rules.ts';

/**
 * Pairwise subjects (OpenID Connect Core 8.1): one consumer, another `sub` at each sector. The salt must never
 * change, or every consumer becomes a stranger to the platform; it is kept with the brand's signing keys.
 */
export function createPairwiseSubject(salt: string): (accountId: string, client: SubjectClient) => string {
  return (accountId, client) =>
    createHmac('sha256', salt)
      .update(JSON.stringify([sectorOf(client), accountId]))
      .digest('base64url');
}

function sectorOf(client: SubjectClient): string {
  const { sectorIdentifierUri, redirectUris = [] } = client;
  const uri = sectorIdentifierUri ?? redirectUris[0];
  if (!uri) return client.clientId;
  // An app's own scheme has no host; the scheme is what the app owns (RFC 8252 7.1).
  const { host, protocol } = new URL(uri);
  return host || protocol;
}
