import { type Account, type Client, errors, type KoaContextWithOIDC, type Session } from 'oidc-provider';
import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { Account as DirectoryAccount, AccountDirectory } from '../directory/contract.ts';
import type { BrandStore } from '../store/contract.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { isOver } from './session-age.ts';
import { inProtocolErrors } from './protocol-error.ts';
import type { Subjects } from './subjects.ts';

/** The code or token on whose behalf the library looks for the account; absent at the authorization endpoint. */
interface TokenOnBehalf {
  kind?: string | undefined;
  iat?: number | undefined;
  sessionUid?: string | undefined;
  grantId?: string | undefined;
}

export interface ConsumersOptions {
  directory: AccountDirectory;
  claims: ClaimsMapping;
  store: BrandStore;
  endedSessions: EndedSessions;
  /** Seconds after sign-in at which a session ends, however busy it was. */
  absoluteLifetime: number;
  subjects: Subjects;
  /** Seconds since the epoch. */
  now(): number;
}

export interface Consumers {
  /** oidc-provider's findAccount. */
  findAccount(
    ctx: KoaContextWithOIDC,
    accountId: string,
    token?: TokenOnBehalf,
  ): Promise<Account | undefined>;
  /** The subject that the session's consumer has at a client; undefined when nobody may be served. */
  findSubject(session: Session, client: Client): Promise<string | undefined>;
}

/**
 * The one place that decides whether a consumer may still be served. Nobody is, and the protocol says
 * invalid_grant or login_required, when
 * - the account is unknown or disabled in the brand's directory,
 * - the session behind a code or token has ended or changed hands (unless offline_access was granted),
 * - session, code or token are not younger than the account's "not before" mark,
 * - the account has no subject at the client that asks (access_denied where somebody could sign in again and again).
 */
export function createConsumers(options: ConsumersOptions): Consumers {
  const { directory, now, absoluteLifetime, subjects } = options;
  return {
    async findAccount(ctx, accountId, token) {
      return inProtocolErrors(async () => {
        // A refresh token may live for months: whoever was disabled meanwhile is out at once.
        const account = await directory.findAccount(accountId, { fresh: token?.kind === 'RefreshToken' });
        // Last: what the brand ended while the directory was asked has ended.
        const alive = token
          ? await isTokenAlive(options, ctx, { accountId, token })
          : await isSessionAlive(options, accountId, ctx.oidc.session);
        if (!alive || !account) return undefined;
        if (!(await hasSubject(subjects, ctx, { account, token }))) return undefined;
        return toLibraryAccount(options.claims, ctx, account);
      });
    },
    async findSubject(session, client) {
      const { accountId } = session;
      if (!accountId || isOver(session, absoluteLifetime, now())) return undefined;
      // The session last: it may have ended while the directory was asked.
      const account = await directory.findAccount(accountId, { fresh: true });
      const alive = await isSessionAlive(options, accountId, session);
      return alive && account ? subjects.of(account, client) : undefined;
    },
  };
}

async function hasSubject(
  subjects: Subjects,
  ctx: KoaContextWithOIDC,
  { account, token }: { account: DirectoryAccount; token: TokenOnBehalf | undefined },
): Promise<boolean> {
  const { client } = ctx.oidc;
  if (!client) return true;
  if (subjects.of(account, client, ctx) === undefined) {
    if (token) return false;
    throw new errors.AccessDenied('this account cannot be used here');
  }
  if (!token) await subjects.remember(account, client);
  return true;
}

async function isSessionAlive(
  { endedSessions, store }: ConsumersOptions,
  accountId: string,
  session: Session | undefined,
): Promise<boolean> {
  const [ended, mark] = await Promise.all([
    session ? endedSessions.has(session.uid) : false,
    store.notBefore(accountId),
  ]);
  return !ended && isYounger(session?.loginTs, mark);
}

async function isTokenAlive(
  { endedSessions, store, absoluteLifetime, now }: ConsumersOptions,
  { oidc }: KoaContextWithOIDC,
  { accountId, token }: { accountId: string; token: TokenOnBehalf },
): Promise<boolean> {
  const { sessionUid, grantId } = token;
  const [ended, session, mark] = await Promise.all([
    sessionUid === undefined ? false : endedSessions.has(sessionUid),
    sessionUid === undefined ? undefined : oidc.provider.Session.findByUid(sessionUid),
    store.notBefore(accountId),
  ]);
  const own = session?.accountId === accountId ? session : undefined;
  // A code may be younger than the mark though its sign-in was under way before.
  if (!isYounger(token.iat, mark) || (own && !isYounger(own.loginTs, mark))) return false;
  if (sessionUid === undefined) return true;
  if (!ended && own && !isOver(own, absoluteLifetime, now())) return true;
  // offline_access outlives the session on purpose; an access token may have been narrowed, its grant was not.
  const grant = grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId);
  return grant?.getOIDCScope().split(' ').includes('offline_access') ?? false;
}

function isYounger(began: number | undefined, mark: number | undefined): boolean {
  return mark === undefined || (began !== undefined && began > mark);
}

function toLibraryAccount(
  claims: ClaimsMapping,
  ctx: KoaContextWithOIDC,
  account: DirectoryAccount,
): Account {
  return {
    accountId: account.accountId,
    async claims(use, scope, requested) {
      const released = claims.release({
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
}
