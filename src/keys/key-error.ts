/** A start-time error about keys: the message names the file and what to do, never a key. */
export class KeyError extends Error {
  readonly reason: KeyErrorReason;

  constructor(reason: KeyErrorReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KeyError';
    this.reason = reason;
  }
}

export type KeyErrorReason =
  /** No key file, and making one was not allowed. */
  | 'missing'
  /** Others on this machine can read it. */
  | 'exposed'
  /** Not readable as keys, or too weak. */
  | 'broken'
  /** The folder does not let us read or write. */
  | 'unusable';
