import type { KeyObject } from 'node:crypto';

/**
 * What a brand types into LivePerson's "Consumer Identity Provider" connector. LivePerson reads no discovery
 * document: every value is entered by hand.
 */
export interface Connector {
  /** Compared with the token's `iss` letter by letter. */
  jwtIssuer: string;
  tokenEndpoint: string;
  jwksEndpoint: string;
  /** The field "JWT Public Key", typed in instead of the JWKS endpoint: SubjectPublicKeyInfo in base64, one line. */
  publicKey?: string;
  clientId: string;
  /** Not used by the implicit flow. */
  clientSecret?: string;
  /** Older connectors put the credentials into the body of the token request. */
  credentials?: 'basic' | 'body';
  flow: Flow;
  /** With encryption on: the private key to what the brand was given. */
  decryption?: { key: KeyObject; kid?: string };
}

/** The connector's authentication type and its PKCE switch. */
export type Flow = 'code' | 'pkce' | 'implicit';
