import type { Grant, KoaContextWithOIDC, Session } from 'oidc-provider';
import type { BrandStore } from '../store/contract.ts';
import { type ConsentMemory, isCovered } from './consent-memory.ts';
import { loadedContext } from './loaded-context.ts';
import type { PendingWrites } from './pending-writes.ts';

/**
 * One Grant per authorization response. A replayed code, a lost race or a revocation then ends that one
 * conversation; the consumer's other chats, tabs and devices keep theirs.
 *
 * The Grant is written when a code is minted, not before: an implicit answer and an abandoned sign-in leave
 * nothing behind.
 */
export interface GrantPerResponse {
  loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined>;
  /** oidc-provider asks this between building a code and saving it; nothing here expires with the session's cookie (find-account.ts asks the store instead). */
  expiresWithSession(ctx: KoaContextWithOIDC): Promise<false>;
}

export interface GrantOptions {
  store: BrandStore;
  pendingWrites: PendingWrites;
  consentMemory: ConsentMemory;
  isFirstParty(clientId: string): boolean;
  /** Seconds. */
  grantLifetime: number;
  /** Called with the session before a code is saved: one that the browser never gets must be found by the code. */
  keepSession(session: Session): Promise<void>;
  /** Grant ids are never used again. */
  createId(): string;
}

export function createGrantPerResponse(options: GrantOptions): GrantPerResponse {
  return {
    async loadExistingGrant(ctx) {
      const { client, session, provider } = loadedContext(ctx);
      const wanted = wantedFrom(ctx);
      if (!options.isFirstParty(client.clientId)) {
        const remembered = await options.consentMemory.find(session.accountId, client.clientId);
        if (!remembered || !isCovered(wanted, remembered)) return undefined;
      }
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(wanted.scopes.join(' '));
      grant.addOIDCClaims(wanted.claims);
      for (const [resource, scopes] of Object.entries(wanted.resources)) {
        grant.addResourceScope(resource, scopes.join(' '));
      }
      grant.jti = options.createId();
      return grant;
    },
    async expiresWithSession(ctx) {
      const { grant, session } = loadedContext(ctx);
      // offline_access outlives the session on purpose (OpenID Connect Core 11).
      const endsWithSession = !grant.getOIDCScope().split(' ').includes('offline_access');
      await Promise.all([
        grant.save(),
        options.keepSession(session),
        endsWithSession &&
          options.pendingWrites.add(
            options.store.addMember(grantsOfSession(session.uid), grant.jti, options.grantLifetime),
          ),
      ]);
      return false;
    },
  };
}

/** The set of grant ids that end with a session. */
export function grantsOfSession(sessionUid: string): string {
  return `grants:${sessionUid}`;
}

/** What an authorization request asks for, as consent understands it. */
export interface Wanted {
  scopes: string[];
  claims: string[];
  resources: Record<string, string[]>;
}

/** About the sign-in itself: the library asks nobody for them, so consent never holds them. */
function isNeverAsked(claim: string): boolean {
  return ['sub', 'sid', 'auth_time', 'acr', 'amr', 'iss'].includes(claim);
}

function wantedFrom(ctx: KoaContextWithOIDC): Wanted {
  const { requestParamOIDCScopes, requestParamClaims, requestParamScopes, resourceServers } =
    loadedContext(ctx);
  const resources = Object.entries(resourceServers ?? {}).map(([indicator, server]) => [
    indicator,
    [...requestParamScopes].filter((scope) => server.scopes.has(scope)),
  ]);
  return {
    scopes: [...requestParamOIDCScopes],
    claims: [...requestParamClaims].filter((claim) => !isNeverAsked(claim)),
    resources: Object.fromEntries(resources),
  };
}
