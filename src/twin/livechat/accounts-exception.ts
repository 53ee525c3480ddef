/** Status of each code, as far as LiveChat documents it; the others by the meaning of the word. */
const statuses = {
  bad_request: 400,
  invalid_request: 400,
  unsupported_grant_type: 400,
  invalid_grant: 400,
  unauthorized_client: 401,
  invalid_client: 401,
  access_denied: 401,
  forbidden: 403,
  resource_not_found: 404,
  conflict: 409,
  too_many_requests: 429,
  server_error: 500,
  temporarily_unavailable: 503,
} as const;

export type ExceptionCode = keyof typeof statuses;

/** A refusal in LiveChat's words: `{ "oauth_exception": code, "exception_description": … }`. */
export class AccountsException extends Error {
  readonly code: ExceptionCode;
  readonly status: number;
  /** Under which name the body carries the code. */
  readonly kind: 'oauth_exception' | 'identity_exception';

  constructor(
    code: ExceptionCode,
    description: string,
    kind: 'oauth_exception' | 'identity_exception' = 'oauth_exception',
  ) {
    super(description);
    this.name = 'AccountsException';
    this.code = code;
    this.status = statuses[code];
    this.kind = kind;
  }

  toBody(): Record<string, string> {
    return { [this.kind]: this.code, exception_description: this.message };
  }
}
