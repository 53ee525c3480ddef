import { errors } from 'oidc-provider';
import type { AssertionOutcome } from '../../directory/assertion/contract.ts';

/**
 * The integrator reads which check failed; what was expected and what came stands in the operator's log.
 *
 * @throws always: invalid_request, or expired_login_hint_token (OpenID Connect CIBA section 13)
 */
export function refuseAssertion({
  check,
  sentence,
  detail,
}: Extract<AssertionOutcome, { kind: 'refused' }>): never {
  const description = `login_hint_token: ${sentence}`;
  if (check === 'exp') throw withDetail(new errors.ExpiredLoginHintToken(description), detail);
  throw withDetail(new errors.InvalidRequest(description), `${check}: ${detail}`);
}

function withDetail(error: Error, detail: string): Error {
  return Object.assign(error, { error_detail: detail });
}
