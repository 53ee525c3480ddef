/**
 * The brand's own login page: the browser goes there with a signed request, and comes back with an assertion
 * (../assertion/contract.ts) that carries the request's `nonce`.
 *
 * The request is a JWT in the parameter `parley_request`, signed by the issuer's keys (`/jwks`), with
 * `typ: parley-login-request+jwt`:
 *
 * | claim | meaning |
 * |---|---|
 * | `iss`, `aud` | the issuer; the address of the login page |
 * | `iat`, `exp`, `jti` | seconds; it is worth nothing after `exp` |
 * | `nonce` | to be repeated in the assertion |
 * | `return_to` | where the answer is posted |
 * | `client_id`, `client_name` | for whom the consumer signs in |
 * | `prompt` | `login`: the consumer must sign in anew |
 * | `max_age` | seconds: a sign-in that is older must be made anew |
 * | `login_hint`, `ui_locales`, `acr_values` | the client's own wishes (OpenID Connect Core 3.1.2.1) |
 *
 * The answer is a form, posted to `return_to`: `assertion`; or `error` (`access_denied` when the consumer cancelled)
 * and `state`, the `nonce` of the request.
 */
export interface BrandLoginRequest {
  /** Of the interaction. */
  uid: string;
  clientId: string;
  clientName: string;
  loginHint: string | undefined;
  uiLocales: string | undefined;
  acrValues: string | undefined;
  maxAge: number | undefined;
  mustSignInAnew: boolean;
}

/** What was posted to the return address, parsed. */
export type BrandAnswer = Readonly<Record<string, unknown>>;

/** The verified answers that wait for their browser, each under a name that is used once. */
export interface AnswerStore {
  put(reference: string, answer: WaitingAnswer, seconds: number): Promise<void>;
  /** Of any number of callers one gets it. */
  take(reference: string): Promise<WaitingAnswer | undefined>;
}

export interface WaitingAnswer {
  nonce: string;
  accountId: string;
  /** Seconds since the epoch, as all times here. */
  issuedAt: number;
  /** The only client that the assertion is meant for. */
  clientId?: string | undefined;
  authTime?: number | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  endsAt: number;
}
