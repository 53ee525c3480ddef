/**
 * The closed list of Parley's own errors. Protocol errors (invalid_grant, login_required, …) are the
 * classes of oidc-provider; everything that Parley itself refuses has one stable code here.
 *
 * Three readers, three texts: `sentence` is for the consumer's page and is safe to show; the message and
 * `cause` are for the operator's log only; an integrator gets the protocol's error fields.
 */
const errorList = {
  account_refused: { status: 401, sentence: 'The sign-in details are not right.' },
  brand_unknown: { status: 404, sentence: 'There is nothing at this address.' },
  code_refused: {
    status: 401,
    sentence: 'This code is not right, or it was used already. Please wait for the next one.',
  },
  directory_unavailable: {
    status: 503,
    sentence: 'Your account cannot be reached at the moment. Please try again shortly.',
  },
  form_expired: { status: 403, sentence: 'This page was open for too long. Please go back and start again.' },
  host_refused: { status: 421, sentence: 'There is nothing at this address.' },
  interaction_lost: {
    status: 400,
    sentence: 'Your sign-in has expired or was finished in another window. Please start again.',
  },
  login_unavailable: {
    status: 503,
    sentence: 'This sign-in cannot be reached at the moment. Please try again shortly.',
  },
  not_found: { status: 404, sentence: 'There is nothing at this address.' },
  overloaded: {
    status: 503,
    sentence: 'Many people are here at the moment. Please try again in a few seconds.',
  },
  platform_failed: { status: 502, sentence: 'The chat is not set up correctly. Please try again later.' },
  platform_unavailable: {
    status: 503,
    sentence: 'The chat cannot be reached at the moment. Please try again shortly.',
  },
  proxy_misconfigured: {
    status: 421,
    sentence: 'This service is not set up correctly. Please try again later.',
  },
  request_refused: { status: 400, sentence: 'This request cannot be understood.' },
  second_factor_missing: {
    status: 403,
    sentence: 'Your account needs a second step to sign in, and it is not set up. Please contact support.',
  },
  server_error: { status: 500, sentence: 'Something went wrong on our side. Please try again.' },
  signing_unavailable: {
    status: 503,
    sentence: 'The service is briefly unavailable. Please try again in a moment.',
  },
  store_unavailable: {
    status: 503,
    sentence: 'The service is briefly unavailable. Please try again in a moment.',
  },
  store_unconfirmed: {
    status: 503,
    sentence: 'The service is briefly unavailable. Please go back to where you came from and start again.',
  },
  too_many_requests: {
    status: 429,
    sentence: 'Too many requests from this network. Please wait a while and try again.',
  },
  too_many_attempts: { status: 429, sentence: 'Too many attempts. Please wait a while and try again.' },
  too_many_tokens: {
    status: 429,
    sentence: 'The chat was started anew too often. Please wait a while and try again.',
  },
} as const satisfies Record<string, { status: number; sentence: string }>;

export type ErrorCode = keyof typeof errorList;

export class ParleyError extends Error {
  readonly code: ErrorCode;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Safe to show to a consumer. */
  readonly sentence: string;
  /** Seconds for `Retry-After`; set on every 503 and 429. */
  readonly retryAfter: number | undefined;
  /** Thrown again and again: whoever made it tells the log, and no stack trace is worth taking. */
  readonly isOneOfMany: boolean;

  /** @param detail for the operator's log only: never sent to a browser */
  constructor(
    code: ErrorCode,
    detail?: string,
    options: { cause?: unknown; retryAfter?: number; isOneOfMany?: boolean } = {},
  ) {
    super(detail ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ParleyError';
    this.code = code;
    this.status = errorList[code].status;
    this.sentence = errorList[code].sentence;
    this.isOneOfMany = options.isOneOfMany ?? false;
    this.retryAfter = options.retryAfter ?? (this.status === 503 ? 2 : this.status === 429 ? 60 : undefined);
  }
}
