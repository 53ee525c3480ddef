/** The admin interface cannot or may not do what was asked; the caller reads all of it. */
export class AdminRefusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429;
  readonly code: string;
  /** `WWW-Authenticate` (RFC 6750 section 3), `Allow`, `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: AdminRefusal['status'],
    code: string,
    description: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.name = 'AdminRefusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
