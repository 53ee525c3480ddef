import type { JWK as SigningJwk } from 'jose';
import type { JWK } from 'oidc-provider';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AttemptLimits } from '../limits/attempt-limits.ts';
import type { ClaimsMapping } from '../claims/claims-mapping.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { EventVerifier } from '../directory/back-channel/contract.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import type { SilentWays } from '../directory/open-silent-ways.ts';
import type { Signer } from '../keys/signer.ts';
import type { Log } from '../log.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import type { TokenBroker } from '../platform/token-broker.ts';
import type { BrandStore } from '../store/contract.ts';
import type { BrandTelemetry } from '../telemetry/contract.ts';
import type { IssuerViews } from './issuer-pages.ts';
import type { RequestLog } from './request-log.ts';

/** Everything that one brand's issuer is given. */
export interface IssuerOptions {
  brand: BrandConfig;
  clients: readonly ResolvedClient[];
  /** Public keys that clients gave for encrypted ID tokens, by client id. */
  encryptionKeys: ReadonlyMap<string, JWK>;
  claims: ClaimsMapping;
  /** For discovery, and for the library's own filter. */
  claimsByScope: Readonly<Record<string, string[]>>;
  /** What sign-ins of this brand can reach, for discovery. */
  acrValues: readonly string[];
  directory: AccountDirectory;
  /** How the brand says who the consumer is without a page. */
  silentWays: SilentWays;
  /** Verifies what the brand says of its consumers at the back channel; absent: it says nothing. */
  eventVerifier: EventVerifier | undefined;
  store: BrandStore;
  /** Private, but for keys that the signer holds. */
  jwks: { keys: readonly SigningJwk[] };
  /** Holds the private halves that are not in `jwks`. */
  signer: Signer | undefined;
  cookieKeys: readonly string[];
  pairwiseSalt: string;
  views: IssuerViews;
  log: Log;
  audit: AuditLog;
  /** Of failed client authentication. */
  limits: AttemptLimits;
  /** Absent: the brand wants none. */
  requestLog?: RequestLog | undefined;
  /** Of the clients whose platform mints its own tokens, by client id. */
  brokers: ReadonlyMap<string, TokenBroker>;
  /** Told of each session that ends, before its answer: what hangs on it elsewhere ends too. Never rejects. */
  onSessionEnd?: ((ended: { sessionUid: string; accountId: string }) => Promise<void>) | undefined;
  /** Asked before a stranger's request is stored; rejects with ParleyError('too_many_requests'). */
  admitAnonymous(ip: string): Promise<void>;
  telemetry?: Pick<BrandTelemetry, 'watchSigning'>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Outbound requests (JWKS of clients, back-channel logout), with the guard against addresses inside the network. */
  fetch: typeof fetch;
}
