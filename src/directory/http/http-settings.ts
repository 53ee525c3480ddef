import type { ResilienceSettings } from '../resilience/resilience-settings.ts';

/** `accounts.http`: a brand's own account API. Expressions are JMESPath over its answers. */
export interface HttpSettings extends ResilienceSettings {
  /** Where all paths begin. */
  url: string;
  /** Path of one account; `{id}` stands for its id. */
  find: string;
  /** Statuses that mean: there is no such account. */
  missing: readonly number[];
  /** The account within the answer; default: the answer is the account. */
  record?: string | undefined;
  /** The account's id. */
  id: string;
  /** true for an account that may not sign in. */
  disabled?: string | undefined;
  login?: HttpLoginSettings | undefined;
  /** A path that answers 2xx when the API is well; default: an account that does not exist is asked for. */
  ping?: string | undefined;
  /** Not given: the network alone decides who may ask. */
  auth?: HttpAuthSettings | undefined;
  headers: Readonly<Record<string, string>>;
  /** PEM of the authorities that may vouch for the API; default: those of Node. */
  ca?: string | undefined;
}

export interface HttpLoginSettings {
  path: string;
  /** Members of the body; `{login}` and `{password}` stand for what the consumer typed. */
  body: Readonly<Record<string, string>>;
  format: 'json' | 'form';
  /** Statuses that mean: these details are not right. */
  refused: readonly number[];
  /** The account's id within the answer, or false: refused. Default: as in an account. */
  id?: string | undefined;
}

/** Exactly one kind is given; the configuration's checks see to it. */
export interface HttpAuthSettings {
  bearer?: string | undefined;
  basic?: { user: string; password: string } | undefined;
  /** PEM. */
  mtls?: { cert: string; key: string } | undefined;
  signed?: HttpSigningSettings | undefined;
}

/** A shared secret (HMAC-SHA256) or a private key in PEM (Ed25519, P-256, P-384, RSA). */
export interface HttpSigningSettings {
  key_id: string;
  secret?: string | undefined;
  private_key?: string | undefined;
}
