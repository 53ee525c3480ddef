import { errors, type Account, type KoaContextWithOIDC } from 'oidc-provider';
import type { AssertionVerifier, VerifiedAssertion } from '../../directory/assertion/contract.ts';
import type { Consumers } from '../consumers.ts';
import { loadedContext } from '../loaded-context.ts';
import { inProtocolErrors } from '../protocol-error.ts';

export interface VerifiedConsumer {
  account: Account;
  assertion: VerifiedAssertion;
}

/**
 * The consumer whom the brand's assertion names, where a server of the brand's hands it in (`channel: back`), and who
 * may be served: an account that exists, and an assertion that is younger than the account's last sign-out.
 *
 * @throws the protocol's errors; invalid_grant says which check failed (RFC 7523 section 3.1)
 */
export async function loadVerifiedConsumer(
  ctx: KoaContextWithOIDC,
  jwt: string,
  { verifier, findAccount }: { verifier: AssertionVerifier | undefined } & Pick<Consumers, 'findAccount'>,
): Promise<VerifiedConsumer> {
  if (!verifier) throw new errors.InvalidRequest('this issuer takes no assertions');
  const { clientId } = loadedContext(ctx).client;
  const outcome = await inProtocolErrors(() => verifier.verify(jwt, { channel: 'back', clientId }));
  if (outcome.kind === 'refused') {
    const description = `assertion: ${outcome.sentence}`;
    throw Object.assign(new errors.InvalidGrant(outcome.detail), { error_description: description });
  }
  const { assertion } = outcome;
  const account = await findAccount(ctx, assertion.accountId, { iat: Math.floor(assertion.issuedAt) });
  if (!account) throw new errors.InvalidGrant('the account is not available, or was signed out since');
  ctx.oidc.entity('Account', account);
  return { account, assertion };
}
