/** One family of password hashes, told by the way a hash begins. */
export interface PasswordFormat {
  /**
   * @returns undefined when the hash is of another family
   * @throws UnusableHash when it is of this one and broken, or costs more than a sign-in may
   */
  read(hash: string): StoredHash | undefined;
}

/** A hash of an account, taken apart. */
export interface StoredHash {
  /** Format and parameters: hashes of one cost take one time. */
  cost: string;
  /** The work depends on the cost alone, not on the password's or the answer's value. */
  verify(password: string): Promise<boolean>;
}

/** The message is for the operator and quotes nothing of the hash but its format. */
export class UnusableHash extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableHash';
  }
}
