import type { ClientConfig } from '../config/brand-schema.ts';
import type { Problem } from '../config/contract.ts';

/**
 * A platform's dialect as data: what its client needs, what it refuses, what is typed into its console. Every
 * preset passes test/contract/platform-contract.ts.
 */
export interface PlatformPreset {
  /** As in a client's `platform`. */
  id: string;
  /** The platform's own name. */
  title: string;
  /** Its page, below the project's root; absent while there is none. */
  documentation?: string;
  /** The client with the platform's defaults where the brand says nothing; what the brand says stays. */
  applyTo(client: ClientConfig): ResolvedClient;
  /** What the platform does not take. Paths start at the client. */
  check(client: ClientConfig): Problem[];
  /** In the order and the words of the platform's console. */
  consoleValues(input: ConsoleInput): ConsoleValue[];
}

export interface ConsoleInput {
  /** The brand's issuer, without a slash at its end. */
  issuer: string;
  /** What agents read as the name of the issuer. */
  displayName: string;
  client: ResolvedClient;
  /** The brand's RS256 key: SubjectPublicKeyInfo in base64 on one line. */
  pastedKey: string;
}

export interface ConsoleValue {
  field: string;
  value: string;
  /** When this value is needed, or what else would do. */
  note?: string;
  /** Not to be printed unless asked for. */
  secret?: true;
}

type Flow = NonNullable<ClientConfig['flows']>[number];
type AuthMethod = NonNullable<ClientConfig['token_endpoint_auth_method']>;
type Filled =
  | 'flows'
  | 'application_type'
  | 'redirect_uris'
  | 'post_logout_redirect_uris'
  | 'openid_includes'
  | 'claims'
  | 'id_token_claims'
  | 'first_party'
  | 'refresh_tokens'
  | 'lifetimes'
  | 'pages';

/** A client with nothing left to guess: what the issuer and the claims mapping read. */
export interface ResolvedClient extends Omit<ClientConfig, Filled> {
  /** Empty: the platform never speaks OpenID Connect with us. */
  flows: Flow[];
  application_type: 'web' | 'native';
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  /** How it may prove itself at the token endpoint: any of these. */
  token_endpoint_auth_methods: AuthMethod[];
  openid_includes: string[];
  claims: Record<string, string>;
  id_token_claims: boolean;
  first_party: boolean;
  refresh_tokens: boolean;
  /** Seconds; what is absent is the brand's or the issuer's to say. */
  lifetimes: NonNullable<ClientConfig['lifetimes']>;
  /** Seconds that an authorization code without a code challenge may live at most, whatever `lifetimes` says. */
  unbound_code_lifetime: number;
  pages: string[];
  /** `response_type=id_token` without a nonce is answered; only for a platform that sends none. */
  accepts_no_nonce: boolean;
  /** One sector for all of the platform's hosts, so that a pairwise subject is one (OpenID Connect Core 8.1). */
  sector_identifier_uri?: string;
}
