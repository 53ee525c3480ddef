import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { createUniqueId } from '../create-unique-id.ts';
import { loadedContext } from '../loaded-context.ts';
import { readRequestedScope } from './requested-scope.ts';
import type { VerifiedConsumer } from './verified-consumer.ts';

export interface IssueOptions {
  /** The scopes of the issuer itself that this client may have. */
  scopesOf(clientId: string): readonly string[];
  /** @throws InvalidTarget */
  findResource(ctx: unknown, resource: string, client: { clientId: string }): ResourceServer;
}

export interface IssuedTokens {
  accessToken: string;
  idToken: string | undefined;
  expiresIn: number;
  scope: string;
}

/**
 * Tokens for a consumer whom the brand's own server has vouched for: a grant of their own, no session, no refresh
 * token. They end by themselves, by revocation, or when the consumer is signed out or disabled.
 *
 * @param resource an API of the brand's (RFC 8707): the access token is for it alone
 */
export async function issueTokens(
  ctx: KoaContextWithOIDC,
  consumer: VerifiedConsumer,
  {
    grantType,
    resource,
    options,
  }: { grantType: string; resource?: string | undefined; options: IssueOptions },
): Promise<IssuedTokens> {
  const { client, provider, params } = loadedContext(ctx);
  const { accountId } = consumer.account;
  const target = resource === undefined ? undefined : options.findResource(ctx, resource, client);
  const identityScopes = options.scopesOf(client.clientId);
  const resourceScopes = target?.scope.split(' ') ?? [];
  const scopes = readRequestedScope(params['scope'], [...identityScopes, ...resourceScopes]);

  const grant = new provider.Grant({ clientId: client.clientId, accountId });
  grant.jti = createUniqueId();
  const oidcScope = scopes.filter((scope) => identityScopes.includes(scope)).join(' ');
  grant.addOIDCScope(oidcScope);
  const token = new provider.AccessToken({
    accountId,
    client,
    grantId: grant.jti,
    gty: grantType,
    scope: oidcScope,
  });
  if (target && resource !== undefined) {
    const resourceScope = scopes.filter((scope) => resourceScopes.includes(scope)).join(' ');
    grant.addResourceScope(resource, resourceScope);
    token.resourceServer = new provider.ResourceServer(resource, target);
    token.scope = resourceScope;
  }
  await grant.save();
  ctx.oidc.entity('Grant', grant);
  ctx.oidc.entity('AccessToken', token);
  const accessToken = await token.save();
  return {
    accessToken,
    idToken: scopes.includes('openid') ? await issueIdToken(ctx, consumer, oidcScope) : undefined,
    expiresIn: token.expiration,
    scope: token.scope ?? '',
  };
}

/** The same claims as at any other sign-in of this client's. */
async function issueIdToken(
  ctx: KoaContextWithOIDC,
  { account, assertion }: VerifiedConsumer,
  scope: string,
): Promise<string> {
  const { provider } = ctx.oidc;
  const { acr, amr, authTime } = assertion;
  const claims = await account.claims('id_token', scope, {}, []);
  const idToken = new provider.IdToken(
    { ...claims, sub: account.accountId, acr, amr, auth_time: authTime },
    { ctx },
  );
  // Its types leave out the scope, by which the library lets claims pass.
  Object.assign(idToken, { scope });
  return idToken.issue({ use: 'idtoken' });
}

/** One of RFC 8707's `resource`, if any. @throws InvalidTarget for several: each access token has one audience */
export function readTarget(...values: unknown[]): string | undefined {
  const named = new Set(values.flat().filter((value) => typeof value === 'string'));
  if (named.size > 1) throw new errors.InvalidTarget('name one resource');
  const [resource] = named;
  return resource;
}
