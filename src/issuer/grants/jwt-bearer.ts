import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { AssertionVerifier } from '../../directory/assertion/contract.ts';
import type { Consumers } from '../consumers.ts';
import { grantTypes } from './grant-types.ts';
import { type IssueOptions, issueTokens, readTarget } from './issue-tokens.ts';
import { loadVerifiedConsumer } from './verified-consumer.ts';

export interface BackEndGrantOptions extends IssueOptions {
  verifier: AssertionVerifier | undefined;
  findAccount: Consumers['findAccount'];
}

/** JWT bearer (RFC 7523 section 2.1): a server of the brand's gets tokens for the consumer whom its assertion names. */
export function createJwtBearer(options: BackEndGrantOptions) {
  return async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { assertion, resource } = ctx.oidc.params ?? {};
    if (typeof assertion !== 'string')
      throw new errors.InvalidRequest("missing required parameter 'assertion'");
    const target = readTarget(resource);
    const consumer = await loadVerifiedConsumer(ctx, assertion, options);
    const grantType = grantTypes['jwt-bearer'];
    const tokens = await issueTokens(ctx, consumer, { grantType, resource: target, options });
    ctx.body = {
      access_token: tokens.accessToken,
      token_type: 'Bearer',
      expires_in: tokens.expiresIn,
      ...(tokens.scope && { scope: tokens.scope }),
      ...(tokens.idToken && { id_token: tokens.idToken }),
    };
  };
}

export const jwtBearerParameters = ['assertion', 'scope', 'resource'];
