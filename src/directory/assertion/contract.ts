/**
 * The brand-signed assertion: a JWT (RFC 7519) with which the brand says, once, who the consumer is.
 *
 * Header: `typ: parley-login+jwt` (the brand's own ID tokens may share the key), `alg`, `kid` where several keys stand.
 *
 * | claim | meaning |
 * |---|---|
 * | `iss` | the brand, as configured |
 * | `aud` | the issuer, exactly and alone |
 * | `sub` | the account id |
 * | `iat`, `exp` | seconds; `exp` at most 120 s after `iat` |
 * | `jti` | used once |
 * | `channel` | `front`: a browser carries it; `back`: server to server only |
 * | `client_id` | optional: the only client that may use it |
 * | `nonce` | the interaction that a brand login answers; elsewhere it must be absent |
 * | `session_exp` | optional, seconds: when the session that it begins ends |
 * | `auth_time`, `acr`, `amr` | optional: how and when the consumer signed in at the brand (OpenID Connect Core 2) |
 */
export interface VerifiedAssertion {
  accountId: string;
  /** Seconds since the epoch, as all times here. */
  issuedAt: number;
  sessionExpiresAt?: number;
  authTime?: number;
  acr?: string;
  amr?: string[];
}

/** Who hands the assertion on to us: the consumer's browser, or a server that has proved itself. */
export type AssertionChannel = 'front' | 'back';

export interface AssertionUse {
  channel: AssertionChannel;
  clientId: string;
  /** Of the interaction that asked for it. Absent: the assertion must not be bound to one. */
  nonce?: string;
}

/** Which check failed, in the order in which they are made. */
export type AssertionCheck =
  | 'form'
  | 'typ'
  | 'alg'
  | 'key'
  | 'signature'
  | 'claims'
  | 'iss'
  | 'aud'
  | 'exp'
  | 'nbf'
  | 'iat'
  | 'lifetime'
  | 'channel'
  | 'client_id'
  | 'nonce'
  | 'jti';

export type AssertionOutcome =
  | { kind: 'verified'; assertion: VerifiedAssertion }
  | {
      kind: 'refused';
      check: AssertionCheck;
      /** For the integrator: nothing of the assertion stands in it. */
      sentence: string;
      /** For the operator's log: what was expected and what came. Never the assertion, its signature or its id. */
      detail: string;
    };

export interface AssertionVerifier {
  /**
   * Verifies and uses up: of any number of calls with one assertion at most one is verified.
   * Rejects only with ParleyError: `directory_unavailable` when the brand's keys cannot be had, and as the store does.
   */
  verify(jwt: string, use: AssertionUse): Promise<AssertionOutcome>;
}

/** `verify` of a way to sign in: exactly one kind of key. */
export interface AssertionSettings {
  /** `iss` of the brand's assertions. */
  issuer: string;
  jwks_uri?: string | undefined;
  jwks?: { keys: Record<string, unknown>[] } | undefined;
  /** A public key (SPKI) or a certificate. */
  pem?: string | undefined;
  /** Shared, at least 32 bytes. */
  secret?: string | undefined;
  /** The only algorithm; default: whatever fits the key. */
  alg?: string | undefined;
}
