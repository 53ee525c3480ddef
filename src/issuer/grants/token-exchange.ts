import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { grantTypes, tokenTypes } from './grant-types.ts';
import { issueTokens, readTarget } from './issue-tokens.ts';
import type { BackEndGrantOptions } from './jwt-bearer.ts';
import { narrowAccessToken } from './narrow-access-token.ts';
import { loadVerifiedConsumer } from './verified-consumer.ts';

/**
 * Token exchange (RFC 8693). The subject is the brand's assertion, or an access token of this very client.
 *
 * Not ID tokens: they travel through browsers and stand in chat platforms' logs, and would become access. Not tokens
 * of other clients, and no acting for somebody else: either would widen what a token is good for.
 */
export function createTokenExchange(options: BackEndGrantOptions) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const params = ctx.oidc.params ?? {};
    const subject = readSubject(params);
    const wanted = params['requested_token_type'] ?? tokenTypes.accessToken;
    const target = readTarget(params['resource'], params['audience']);
    if (subject.type === tokenTypes.accessToken) {
      if (wanted !== tokenTypes.accessToken) throw unsupported('requested_token_type');
      if (target !== undefined)
        throw new errors.InvalidTarget('an access token keeps its audience: narrow its scope');
      const { accessToken, expiresIn, scope } = await narrowAccessToken(ctx, subject.token, options);
      ctx.body = answer({ token: accessToken, issued: wanted, expiresIn, scope });
      return;
    }
    if (wanted !== tokenTypes.accessToken && wanted !== tokenTypes.idToken)
      throw unsupported('requested_token_type');
    const consumer = await loadVerifiedConsumer(ctx, subject.token, options);
    const grantType = grantTypes['token-exchange'];
    const tokens = await issueTokens(ctx, consumer, { grantType, resource: target, options });
    const token = wanted === tokenTypes.idToken ? tokens.idToken : tokens.accessToken;
    if (token === undefined) throw new errors.InvalidScope('an ID token needs the scope openid', 'openid');
    ctx.body = answer({ token, issued: wanted, expiresIn: tokens.expiresIn, scope: tokens.scope });
  };
}

export const tokenExchangeParameters = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'audience',
  'resource',
  'scope',
];

function readSubject(params: Record<string, unknown>): { token: string; type: string } {
  const { subject_token: token, subject_token_type: type } = params;
  if (typeof token !== 'string')
    throw new errors.InvalidRequest("missing required parameter 'subject_token'");
  if (params['actor_token'] !== undefined) throw unsupported('actor_token');
  const taken: readonly unknown[] = [tokenTypes.accessToken, tokenTypes.jwt, tokenTypes.assertion];
  if (typeof type !== 'string' || !taken.includes(type)) throw unsupported('subject_token_type');
  return { token, type };
}

function unsupported(name: string): Error {
  return new errors.InvalidRequest(`${name} is not supported here`);
}

/** RFC 8693 section 2.2.1: an ID token is no access token, so its type is N_A. */
function answer({
  token,
  issued,
  expiresIn,
  scope,
}: {
  token: string;
  issued: string;
  expiresIn: number;
  scope: string;
}) {
  return {
    access_token: token,
    issued_token_type: issued,
    token_type: issued === tokenTypes.accessToken ? 'Bearer' : 'N_A',
    expires_in: expiresIn,
    ...(scope && { scope }),
  };
}
