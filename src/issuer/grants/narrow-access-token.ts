import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Consumers } from '../consumers.ts';
import { loadedContext } from '../loaded-context.ts';
import { grantTypes } from './grant-types.ts';
import { readRequestedScope } from './requested-scope.ts';

/**
 * A client's own access token for one with fewer scopes, to be handed on to a part of it that needs no more. It has
 * the same audience, ends no later, and ends with the same grant and session.
 *
 * @throws the protocol's errors
 */
export async function narrowAccessToken(
  ctx: KoaContextWithOIDC,
  value: string,
  { findAccount }: Pick<Consumers, 'findAccount'>,
) {
  const { client, provider, params } = loadedContext(ctx);
  const subject = await provider.AccessToken.find(value);
  const grant = subject?.grantId === undefined ? undefined : await provider.Grant.find(subject.grantId);
  // One answer: whether another client's token exists is nobody's business.
  if (!subject || !grant || subject.clientId !== client.clientId)
    throw new errors.InvalidRequest('subject_token is not an access token of this client');
  const account = await findAccount(ctx, subject.accountId, subject);
  if (!account) throw new errors.InvalidGrant('the consumer of subject_token cannot be served any more');
  const has = [...subject.scopes];
  const scope = params['scope'] === undefined ? has : readRequestedScope(params['scope'], has);
  const token = new provider.AccessToken({
    accountId: subject.accountId,
    client,
    grantId: subject.grantId ?? '',
    gty: `${subject.gty ?? ''} ${grantTypes['token-exchange']}`.trim(),
    scope: scope.join(' '),
    sessionUid: subject.sessionUid,
    sid: subject.sid,
    expiresIn: Math.max(1, subject.remainingTTL),
  });
  if (subject.aud !== undefined) token.setAudience(subject.aud);
  ctx.oidc.entity('AccessToken', token);
  return { accessToken: await token.save(), expiresIn: token.expiration, scope: token.scope ?? '' };
}
