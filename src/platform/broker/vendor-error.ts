import { type ErrorCode, ParleyError } from '../../errors.ts';

/** What went wrong at the platform. */
export type VendorFault =
  /** Passes by itself: no answer, 429, 5xx. */
  | 'unavailable'
  /** Our own limit: the platform was not asked. */
  | 'too_many'
  /** Our own access was refused: the operator has to connect anew. */
  | 'access_refused'
  /** The platform does not know this customer any more. */
  | 'customer_unknown'
  /** Another refusal, or an answer that nobody can read. */
  | 'failed';

export class VendorError extends Error {
  readonly fault: VendorFault;
  /** The platform may have done what it was asked for, although it did not say so. */
  readonly maybeDone: boolean;
  /** Seconds that the platform wants to be left alone, or until our own limit may give way. */
  readonly retryAfter: number | undefined;
  /** The platform itself asks for less: not a sign that it is down. */
  readonly isLimit: boolean;

  /** @param detail for the operator's log: what happened and what to do; no token, no secret, no body */
  constructor(
    fault: VendorFault,
    detail: string,
    options: { maybeDone?: boolean; retryAfter?: number | undefined; isLimit?: boolean } = {},
  ) {
    super(detail);
    this.name = 'VendorError';
    this.fault = fault;
    this.maybeDone = options.maybeDone ?? false;
    this.retryAfter = options.retryAfter;
    this.isLimit = options.isLimit ?? false;
  }
}

/** As the page learns of it: what passes may be tried again, the rest waits for the operator. */
export function toParleyError(error: unknown): unknown {
  if (!(error instanceof VendorError)) return error;
  return new ParleyError(codeFor(error.fault), error.message, {
    cause: error,
    retryAfter: error.retryAfter ?? (error.fault === 'unavailable' ? 2 : 60),
  });
}

function codeFor(fault: VendorFault): ErrorCode {
  switch (fault) {
    case 'unavailable':
      return 'platform_unavailable';
    case 'too_many':
      return 'too_many_tokens';
    default:
      return 'platform_failed';
  }
}
