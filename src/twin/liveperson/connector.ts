/**
 * What a brand types into LivePerson's "Consumer Identity Provider" connector. LivePerson reads no discovery
 * document: every value is entered by hand.
 */
export interface Connector {
  /** Compared with the token's `iss` letter by letter. */
  jwtIssuer: string;
  tokenEndpoint: string;
  jwksEndpoint: string;
  clientId: string;
  /** Not used by the implicit flow. */
  clientSecret?: string;
  flow: Flow;
}

/** The connector's authentication type and its PKCE switch. */
export type Flow = 'code' | 'pkce' | 'implicit';
