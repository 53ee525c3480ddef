import type { PageToken, TransferCode } from '../token-broker.ts';

/** One platform's side of a token broker. Every method rejects with VendorError and nothing else. */
export interface TokenVendor {
  /** `livechat` */
  readonly platform: string;
  /** For people: `LiveChat`. */
  readonly title: string;
  /** Where links are kept: customers of another organization or group of the platform are other customers. */
  readonly linkName: string;
  /** A customer's token is had with a secret of that customer; without it the platform makes a new one. */
  readonly needsSecret: boolean;
  /**
   * Makes a new customer. Never repeated by itself: a call too many is a customer too many.
   * @param beginsBy by `performance.now()`: not begun after this, when another process may begin the same
   */
  create(beginsBy: number): Promise<Minted>;
  /** A token for a customer who exists. */
  mint(identity: VendorIdentity): Promise<Minted>;
  revoke(accessToken: string): Promise<void>;
  transfer(accessToken: string, challenge: string | undefined): Promise<TransferCode>;
  /** Absent: the brand does not want the platform to be told. */
  updateProfile?(accessToken: string, profile: Profile): Promise<void>;
  toPage(token: VendorToken): PageToken;
}

/** A customer of the platform, as the link holds it. */
export interface VendorIdentity {
  customerId: string;
  /** Proves ownership where the platform works so. */
  secret?: string | undefined;
}

export interface VendorToken {
  accessToken: string;
  customerId: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  expiresAt: number;
}

export interface Minted {
  token: VendorToken;
  /** The customer's newest secret, which replaces the one before. */
  secret?: string;
}

export interface Profile {
  name?: string;
  email?: string;
}
