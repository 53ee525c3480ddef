/**
 * The brand's account directory: the contract that every implementation passes
 * (test/contract/directory-contract.ts). It is read only; Parley never owns an account.
 *
 * Every method rejects only with ParleyError('directory_unavailable'), whose text carries no secret and no
 * upstream body.
 */
export interface Account {
  /** Stable, never re-used, at most 255 characters. */
  accountId: string;
  /** The directory's own record, as JSON: what the claims mapping reads. Never a password hash. */
  record: Readonly<Record<string, unknown>>;
}

export interface PasswordAttempt {
  /** What the consumer typed: a name, an e-mail, a number. */
  login: string;
  password: string;
}

/** A wrong password and an unknown login are the same answer, after the same time. */
export type PasswordOutcome = { kind: 'signed-in'; account: Account } | { kind: 'refused' };

export interface FindOptions {
  /**
   * true: what the directory says now. Otherwise the answer may be as old as the directory's `cache` seconds allow;
   * where a disabled account must be out at once (a refresh token, a page that asks who is signed in), ask afresh.
   */
  fresh?: boolean;
}

export interface AccountDirectory {
  /** The account, or undefined when it does not exist or is disabled. */
  findAccount(accountId: string, options?: FindOptions): Promise<Account | undefined>;
  /** Present when the directory can check passwords. */
  checkPassword?(attempt: PasswordAttempt): Promise<PasswordOutcome>;
  /**
   * The secret of the account's one-time codes (RFC 6238) in base32, which no record carries; undefined when it has
   * none. Present where the brand has a second factor.
   */
  findTotpSecret?(accountId: string): Promise<string | undefined>;
  /** Resolves when the directory answers and lets Parley in. Costs little, and never more time than the directory's time-out. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
