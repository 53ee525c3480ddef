/**
 * For platforms that issue the token themselves: they mint it for one of their own customers, and Parley hands it to
 * the brand's page. Per client of the brand there is one broker.
 */
export interface TokenBroker {
  /** As pages address it: `/page/<platform>/token`. */
  readonly platform: string;
  /**
   * A token that still lasts, else a new one. undefined: the consumer signed out meanwhile.
   * @throws ParleyError platform_unavailable (try again later), too_many_tokens (this consumer waits) or
   * platform_failed (the operator has to act)
   */
  get(consumer: BrokerConsumer): Promise<PageToken | undefined>;
  /** A new token from the platform, shared by those who ask for one at the same moment; throws as `get` does. */
  fresh(consumer: BrokerConsumer): Promise<PageToken | undefined>;
  /** Whether this session has a token that still lasts. */
  has(session: BrokerSession): Promise<boolean>;
  /** This session's token is not given again. The link to the platform's customer stays. */
  invalidate(session: BrokerSession): Promise<void>;
  /**
   * A one-time code that another device of the consumer exchanges for a token; throws as `get` does.
   * @param challenge for the device's code_verifier (RFC 7636)
   */
  transfer(consumer: BrokerConsumer, challenge: string | undefined): Promise<TransferCode | undefined>;
  /** Revokes what the session was given, other sessions keep theirs. Never rejects and takes a second at most. */
  endSession(session: BrokerSession): Promise<void>;
  /** Waits for what runs in the background. */
  close(): Promise<void>;
}

export interface BrokerSession {
  accountId: string;
  sessionUid: string;
}

/** Somebody who was signed in when the request came. */
export interface BrokerConsumer extends BrokerSession {
  /** Asked once more after a token was minted: a sign-out meanwhile wins. */
  isStillSignedIn(): Promise<boolean>;
}

/** JSON, in the platform's own words. */
export type PageToken = Readonly<Record<string, unknown>>;

export interface TransferCode {
  code: string;
  /** Seconds. */
  expiresIn: number;
}
