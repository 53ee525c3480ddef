import type { JWK } from 'jose';

/** Who has private halves and gives signatures. What is not in a key file is here: an agent before a token, an HSM, a KMS. */
export interface Signer {
  /**
   * A JWS signature (RFC 7515) by the key of which this is the public half: RSASSA-PKCS1-v1_5 with SHA-256 for RS256,
   * r and s side by side for ES256 (RFC 7518 sections 3.3, 3.4).
   *
   * Rejects with ParleyError('signing_unavailable').
   */
  sign(jwk: JWK, data: Uint8Array): Promise<Uint8Array>;
  /** Whether a signature may be had now: to be asked before something is used up for it. Rejects as `sign` does. */
  check(): Promise<void>;
  /** Public halves of all keys that it has, with the names that it gives them. Rejects as `sign` does. */
  list(): Promise<HeldKey[]>;
  close(): void;
}

export interface HeldKey {
  name: string;
  jwk: JWK;
}
