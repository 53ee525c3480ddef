/** The brand's own session, asked with the browser's cookies: who is signed in at the brand at this moment? */
export interface BrandSession {
  /**
   * Nothing is asked when none of the named cookies is there. An answer may be up to 5 s old, but one that would begin
   * a session here is not: a consumer who has just signed out would come back by it.
   *
   * Rejects only with ParleyError('directory_unavailable'), whose text has no cookie and no body in it.
   *
   * @param cookieHeader as the browser sent it
   */
  find(cookieHeader: string | undefined, purpose?: AskingPurpose): Promise<BrandSessionAnswer>;
  /** What was answered for these cookies, or is on its way, does not count any more. */
  forget(cookieHeader: string | undefined): void;
  close(): Promise<void>;
}

export interface AskingPurpose {
  /** The account that has a session here already. */
  confirming?: string | undefined;
  /** Somebody else says that a consumer has just signed in: not even *nobody* may be an old answer. */
  fresh?: boolean;
}

export type BrandSessionAnswer =
  | { kind: 'signed-in'; consumer: BrandConsumer }
  /** The brand was asked, or its cookies cannot be believed. */
  | { kind: 'nobody' }
  | { kind: 'no-cookie' };

export interface BrandConsumer {
  accountId: string;
  /** Names the brand's session without telling its cookies. */
  brandSession: string;
  /** Seconds since the epoch at which the brand was asked: what ended the consumer's sessions after it ends this word too. */
  askedAt: number;
  /** Seconds since the epoch; absent where the brand does not tell. */
  authTime?: number;
  acr?: string;
  amr?: string[];
}

export interface BrandSessionSettings {
  url: string;
  cookies: readonly string[];
  /** JMESPath over the answer. */
  account: string;
  /** Milliseconds. */
  timeout: number;
}
