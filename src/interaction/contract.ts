import type { Context } from 'koa';

/** What interaction needs of the issuer: the pending request of this browser, and ways to end the pause. */
export interface InteractionGateway {
  /** Rejects with ParleyError('interaction_lost') when this browser has no such interaction. */
  load(ctx: Context): Promise<PendingInteraction>;
  /** Each answers the URL at which the authorization request goes on. */
  finishLogin(ctx: Context, login: FinishedLogin): Promise<string>;
  finishConsent(ctx: Context): Promise<string>;
  /** The consumer goes on, and is remembered for nothing. */
  finishContinue(ctx: Context): Promise<string>;
  /** The request goes on with a sign-in, whoever is signed in now. */
  askForOther(ctx: Context): Promise<string>;
  abort(ctx: Context): Promise<string>;
}

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
  /** What a consent page lists. */
  scopes: string[];
  claims: string[];
  /** Where the answer will go: its origin or custom scheme must be allowed by the page's `form-action`. */
  redirectUri: string;
  /** Hidden form field; ties a submission to this interaction and this browser. */
  csrf: string;
}

export interface FinishedLogin {
  accountId: string;
  /** RFC 8176 */
  amr: string[];
}

/** Atomic counters for failed sign-ins. */
export interface AttemptCounter {
  increment(counter: string, window: number): Promise<number>;
  readCounter(counter: string): Promise<number>;
  resetCounter(counter: string): Promise<void>;
}
