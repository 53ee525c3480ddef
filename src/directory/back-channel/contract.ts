/**
 * The brand's word about one of its consumers, server to server: a JWT in the shape of a logout token (OpenID Connect
 * Back-Channel Logout 1.0 section 2.4), with `typ: logout+jwt`.
 *
 * | claim | meaning |
 * |---|---|
 * | `iss` | the brand, as configured |
 * | `aud` | the issuer, exactly and alone |
 * | `sub` | the account id |
 * | `iat`, `exp` | seconds; `exp` at most 120 s after `iat` |
 * | `jti` | used once |
 * | `events` | one member with an empty object: what happened |
 * | `nonce` | must be absent: so no ID token passes for it |
 */
export interface ConsumerEvent {
  accountId: string;
  kind: ConsumerEventKind;
}

export type ConsumerEventKind = 'signed-out' | 'disabled';

export type EventOutcome =
  | { kind: 'verified'; event: ConsumerEvent }
  /** @param sentence for the integrator @param detail for the operator's log */
  | { kind: 'refused'; sentence: string; detail: string };

export interface EventVerifier {
  /** Verifies and uses up. Rejects only with ParleyError, as an assertion's verifier does. */
  verify(jwt: string): Promise<EventOutcome>;
}
