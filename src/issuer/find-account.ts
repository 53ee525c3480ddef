import type { Account, KoaContextWithOIDC, Session } from 'oidc-provider';
import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import { ParleyError } from '../errors.ts';
import type { BrandStore } from '../store/contract.ts';
import { toProtocolError } from './protocol-error.ts';

/** The code or token on whose behalf the library looks for the account; absent at the authorization endpoint. */
interface TokenOnBehalf {
  iat?: number;
  sessionUid?: string;
  scope?: string;
}

export interface FindAccountOptions {
  directory: AccountDirectory;
  claims: ClaimsMapping;
  store: BrandStore;
  findSession(uid: string): Promise<Session | undefined>;
}

export type FindAccount = (
  ctx: KoaContextWithOIDC,
  accountId: string,
  token?: TokenOnBehalf,
) => Promise<Account | undefined>;

/**
 * The one place that decides whether an account may still be served. Undefined, and with it invalid_grant or
 * login_required, when
 * - the account is unknown or disabled in the brand's directory,
 * - the session behind a code or token has ended or changed hands (unless offline_access was granted),
 * - session, code or token are not younger than the account's "not before" mark.
 */
export function createFindAccount(options: FindAccountOptions): FindAccount {
  return async (ctx, accountId, token) => {
    try {
      const [alive, account] = await Promise.all([
        isStillSignedIn(options, ctx, accountId, token),
        options.directory.findAccount(accountId),
      ]);
      if (!alive || !account) return undefined;
      return {
        accountId: account.accountId,
        async claims(use, scope, requested) {
          const released = options.claims.release({
            account,
            clientId: ctx.oidc.client?.clientId ?? '',
            scopes: scope.split(' '),
            requested: Object.keys(requested ?? {}),
            use: use === 'userinfo' ? 'userinfo' : 'id_token',
            onlyIdToken: ctx.oidc.params?.['response_type'] === 'id_token',
          });
          return { ...released, sub: account.accountId };
        },
      };
    } catch (error) {
      throw error instanceof ParleyError ? toProtocolError(error) : error;
    }
  };
}

async function isStillSignedIn(
  { store, findSession }: FindAccountOptions,
  ctx: KoaContextWithOIDC,
  accountId: string,
  token: TokenOnBehalf | undefined,
): Promise<boolean> {
  const sessionUid = token && !isOffline(token) ? token.sessionUid : undefined;
  const [session, notBefore] = await Promise.all([
    sessionUid === undefined ? undefined : findSession(sessionUid),
    store.notBefore(accountId),
  ]);
  if (sessionUid !== undefined && session?.accountId !== accountId) return false;
  const began = token ? token.iat : ctx.oidc.session?.loginTs;
  return notBefore === undefined || (began !== undefined && began > notBefore);
}

function isOffline(token: TokenOnBehalf): boolean {
  return token.scope?.split(' ').includes('offline_access') ?? false;
}
