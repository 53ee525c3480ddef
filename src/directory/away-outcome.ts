/** What came of a login elsewhere: at the brand's own page, or at an upstream. Times in seconds since the epoch. */
export type AwayOutcome =
  | {
      kind: 'signed-in';
      accountId: string;
      /** As that login tells them; absent where it tells nothing. */
      amr: string[] | undefined;
      acr: string | undefined;
      authTime: number | undefined;
      /** When this was said: what ended the account's sessions after it ends this one. */
      issuedAt: number;
      /** When the session ends, however busy it is. */
      endsAt: number;
    }
  | { kind: 'cancelled' }
  /** @param reason for the operator's log */
  | { kind: 'failed'; reason: string };
