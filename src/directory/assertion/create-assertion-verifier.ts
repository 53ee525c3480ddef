import type { FetchImplementation } from 'jose';
import { assertionPayload, describePayloadFaults, type AssertionPayload } from './assertion-payload.ts';
import { createAssertionKeys } from './assertion-keys.ts';
import { type ClaimFault, clockSkew, findClaimFault } from './check-claims.ts';
import type {
  AssertionOutcome,
  AssertionSettings,
  AssertionVerifier,
  VerifiedAssertion,
} from './contract.ts';
import { readSigned } from './read-signed.ts';

export interface AssertionVerifierOptions {
  settings: AssertionSettings;
  /** Our issuer: the assertion's only audience. */
  audience: string;
  /**
   * Whether this id was never used before; atomic.
   *
   * @param seconds for which it must be remembered
   */
  useOnce(issuer: string, jti: string, seconds: number): Promise<boolean>;
  /** Asks the brand for its keys. */
  fetch: FetchImplementation;
  /** Seconds since the epoch. */
  now(): number;
}

const typ = 'parley-login+jwt';

/** @throws Error with a sentence for the operator when the configured key cannot be used */
export function createAssertionVerifier(options: AssertionVerifierOptions): AssertionVerifier {
  const keys = createAssertionKeys(options.settings, options);
  const { audience, now, useOnce } = options;
  const brandIssuer = options.settings.issuer;
  return {
    async verify(jwt, use) {
      const signed = await readSigned(jwt, { keys, typ });
      if ('check' in signed) return refused(signed);
      const read = assertionPayload.safeParse(signed.claims);
      if (!read.success) {
        const detail = describePayloadFaults(read.error);
        return refused({
          check: 'claims',
          sentence: `a claim is missing or has the wrong form: ${detail}`,
          detail,
        });
      }
      const payload = read.data;
      const fault = findClaimFault(payload, { ...use, brandIssuer, audience, now: now() });
      if (fault) return refused(fault);
      // A leeway that lets it be used late lets it be replayed late.
      const isFirst = await useOnce(payload.iss, payload.jti, Math.ceil(payload.exp) - now() + 2 * clockSkew);
      if (!isFirst)
        return refused({ check: 'jti', sentence: 'it was used before', detail: 'its jti is known' });
      return { kind: 'verified', assertion: toAssertion(payload) };
    },
  };
}

function refused(fault: ClaimFault): AssertionOutcome {
  return { kind: 'refused', ...fault };
}

function toAssertion(payload: AssertionPayload): VerifiedAssertion {
  const { sub, iat, session_exp: sessionExpiresAt, auth_time: authTime, acr, amr } = payload;
  return {
    accountId: sub,
    issuedAt: iat,
    ...(sessionExpiresAt !== undefined && { sessionExpiresAt }),
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}
