/** What a brand's page sees of Parley. The published declarations are made from this file. */

/** Who is signed in, exactly as the tokens name them. */
export interface ParleyIdentity {
  iss: string;
  sub: string;
}

export interface ParleyOptions {
  /** The brand's issuer, such as `https://id.acme.example`. */
  issuer: string;
  /** The chat client's id in the brand file. */
  client: string;
  /**
   * The JS method that LivePerson's connector names, with its context where it has one (`acme.chat.getToken`).
   * Default: `lpGetAuthenticationToken`.
   */
  method?: string | undefined;
  /**
   * The redirect URI that the code or ID token is bound to. LivePerson is told of it only when it is given here.
   * Default: `https://liveperson.net`, which LivePerson assumes.
   */
  redirectUri?: string | undefined;
  /** What LivePerson's connector expects. Default: `code`. */
  flow?: 'code' | 'id_token' | undefined;
  /**
   * Gets a new assertion of the brand's for the consumer whom the page shows, or null when nobody is signed in there.
   * It is called for each question to Parley, and each assertion is used once.
   */
  assertion?: (() => Promise<string | null>) | undefined;
}

/** The `detail` of each event. */
export interface ParleyEvents {
  /** Somebody else is signed in than the page knew; null when nobody is. */
  identity: ParleyIdentity | null;
  /**
   * A chat needs a consumer who is signed in. It is told `sign_in_required`, unless a listener calls
   * `preventDefault()`: then it waits for `signIn()`, for at most five minutes.
   */
  'sign-in-required': null;
  'signed-out': null;
}

export interface Parley {
  /**
   * Signs a consumer in, in a window of its own (call it inside a click) or by leaving the page and coming back.
   * A browser that blocks the window leads to the second. The answer is who the page sees now: null when the
   * browser keeps Parley's session from this page. Rejects when the consumer does not go through with it.
   */
  signIn(mode?: 'popup' | 'redirect'): Promise<ParleyIdentity | null>;
  /** Ends the session and everything that it gave to chats. Rejects when Parley could not be reached. */
  signOut(): Promise<void>;
  /** Asks Parley anew. */
  identity(): Promise<ParleyIdentity | null>;
  /** The same events reach `window` as `parley:identity` and so on. Returns what takes the listener off. */
  on<Name extends keyof ParleyEvents>(
    name: Name,
    listener: (event: CustomEvent<ParleyEvents[Name]>) => void,
  ): () => void;
}

declare global {
  interface Window {
    /** Set by the classic script. */
    Parley: Parley;
  }
  interface WindowEventMap {
    'parley:identity': CustomEvent<ParleyEvents['identity']>;
    'parley:sign-in-required': CustomEvent<ParleyEvents['sign-in-required']>;
    'parley:signed-out': CustomEvent<ParleyEvents['signed-out']>;
  }
}
