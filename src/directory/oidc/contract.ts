/** Records of consumers who have signed in at an upstream OpenID Provider, and of nobody else. */
export interface SignInRecords {
  find(accountId: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Replaces what was there; lives at least as long as any token that the sign-in may lead to. */
  save(accountId: string, record: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface UpstreamSettings {
  issuer: string;
  client_id: string;
  /** Default: private_key_jwt with the issuer's own key. */
  client_secret?: string | undefined;
  scopes: readonly string[];
  /** The claim that is the account id. */
  account: string;
}

export interface UpstreamRequest {
  /** Of the interaction. */
  uid: string;
  loginHint: string | undefined;
  uiLocales: string | undefined;
  acrValues: string | undefined;
  maxAge: number | undefined;
  mustSignInAnew: boolean;
}
