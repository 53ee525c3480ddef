import type { Context } from 'koa';

/** What interaction needs of the issuer: the pending request of this browser, and ways to end the pause. */
export interface InteractionGateway {
  /** Rejects with ParleyError('interaction_lost') when this browser has no such interaction. */
  load(ctx: Context): Promise<PendingInteraction>;
  /** Each answers the URL at which the authorization request goes on. */
  finishLogin(ctx: Context, login: FinishedLogin): Promise<string>;
  /** The consumer has signed in at the brand meanwhile, so that no page is needed; undefined: nobody has. */
  signInAtBrand(ctx: Context): Promise<string | undefined>;
  finishConsent(ctx: Context): Promise<string>;
  /** The consumer goes on, and is remembered for nothing. */
  finishContinue(ctx: Context): Promise<string>;
  /** The request goes on with a sign-in, whoever is signed in now. */
  askForOther(ctx: Context): Promise<string>;
  abort(ctx: Context): Promise<string>;
  /** Nobody can sign in here with a page: the client gets `login_required`. */
  refuseLogin(ctx: Context): Promise<string>;
  /**
   * What one page of this interaction leaves for the next one, in this browser only, until the interaction ends; with
   * `rememberedAt`, in seconds since the epoch.
   *
   * @param atMost seconds
   */
  remember(ctx: Context, name: MemoryName, value: Record<string, unknown>, atMost?: number): Promise<void>;
  recall(ctx: Context, name: MemoryName): Promise<Record<string, unknown> | undefined>;
  /** Of any number of parallel callers one gets it, and then it is gone. */
  take(ctx: Context, name: MemoryName): Promise<Record<string, unknown> | undefined>;
}

/** `first-factor`: the password was right; `away`: the browser was sent to a login elsewhere. */
export type MemoryName = 'first-factor' | 'away';

/** An authorization request that waits for the consumer. */
export interface PendingInteraction {
  uid: string;
  /** `continue`: nothing is missing, but a consumer must have agreed to go on (RFC 8252 section 8.6). */
  prompt: 'login' | 'consent' | 'continue';
  clientId: string;
  clientName: string;
  /** Set when somebody is signed in. */
  accountId: string | undefined;
  loginHint: string | undefined;
  /** The request's own words, for a login elsewhere. */
  uiLocales: string | undefined;
  acrValues: string | undefined;
  maxAge: number | undefined;
  /** `prompt=login` */
  mustSignInAnew: boolean;
  /** Seconds since the epoch: the consumer must have signed in after it (`prompt=login`, `max_age`). */
  freshSince: number | undefined;
  /** What a consent page lists. */
  scopes: string[];
  claims: string[];
  /** Where the answer will go: its origin or custom scheme must be allowed by the page's `form-action`. */
  redirectUri: string;
  /** Hidden form field; ties a submission to this interaction and this browser. */
  csrf: string;
}

/** A sign-in elsewhere; times in seconds since the epoch. */
export interface AwaySignIn {
  /** When it was told. */
  issuedAt: number;
  authTime: number | undefined;
  /** When the session ends, however busy it is. */
  endsAt: number | undefined;
}

export interface FinishedLogin {
  accountId: string;
  /** RFC 8176; absent where nobody told. */
  amr?: string[] | undefined;
  /** OpenID Connect Core 2; absent where nobody told. */
  acr?: string | undefined;
  /** Present when the consumer signed in elsewhere. */
  away?: AwaySignIn | undefined;
  /** Seconds since the epoch: when the first of several proofs was given. What ended the account's sessions after it ends this one. */
  provedAt?: number | undefined;
}
