import type { VerifiedAssertion } from '../../directory/assertion/contract.ts';
import type { BrandConsumer } from '../../directory/brand-session/contract.ts';
import type { SignInFacts } from '../sign-in-facts.ts';

/** The brand's word, without a page, that a consumer is signed in. Times in seconds since the epoch. */
export interface Statement {
  accountId: string;
  /** When our session begins: what ended the account's sessions before then ends nothing of it. */
  beganAt: number;
  acr?: string | undefined;
  amr?: string[] | undefined;
  facts: SignInFacts;
}

export function fromBrandSession({ accountId, ...consumer }: BrandConsumer, now: number): Statement {
  const { authTime = null, askedAt, brandSession, acr, amr } = consumer;
  return {
    accountId,
    beganAt: askedAt,
    acr,
    amr,
    facts: { way: 'session', authTime: notAfter(authTime, now), brandSession },
  };
}

/**
 * @param sessionLifetime seconds, where the assertion says nothing of its session's end
 * @param brandSession where the browser brought the brand's cookies too, and the brand named the same consumer
 */
export function fromAssertion(
  assertion: VerifiedAssertion,
  {
    now,
    sessionLifetime,
    brandSession,
  }: { now: number; sessionLifetime: number; brandSession?: string | undefined },
): Statement {
  const { accountId, issuedAt, authTime = null, sessionExpiresAt, acr, amr } = assertion;
  const endsAt = Math.floor(sessionExpiresAt ?? issuedAt + sessionLifetime);
  // An assertion that was made before a sign-out must not outlive it.
  const beganAt = Math.min(now, Math.floor(issuedAt));
  return {
    accountId,
    beganAt,
    acr,
    amr,
    facts: { way: 'assertion', authTime: notAfter(authTime, now), endsAt, brandSession },
  };
}

/** A brand's clock that runs ahead makes no sign-in newer than now. */
function notAfter(authTime: number | null, now: number): number | null {
  return authTime === null ? null : Math.min(Math.floor(authTime), now);
}
