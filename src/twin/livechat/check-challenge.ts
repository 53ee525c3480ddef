import { createHash } from 'node:crypto';
import { AccountsException } from './accounts-exception.ts';

/** RFC 7636 as LiveChat documents it: `plain` unless `s256` was named. */
export function checkChallenge(
  { challenge, method = 'plain' }: { challenge: string | undefined; method?: string },
  verifier: string | undefined,
): void {
  if (challenge === undefined) return;
  const expected =
    method.toLowerCase() === 's256'
      ? createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url')
      : verifier;
  if (expected !== challenge) throw new AccountsException('invalid_grant', 'The code_verifier does not fit.');
}
