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

export interface AccountDirectory {
  /** The account, or undefined when it does not exist or is disabled. */
  findAccount(accountId: string): Promise<Account | undefined>;
  /** Present when the directory can check passwords. */
  checkPassword?(attempt: PasswordAttempt): Promise<PasswordOutcome>;
  /** Resolves when the directory answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
