import type { Middleware } from 'koa';
import type { AccountDirectory } from '../directory/contract.ts';
import type { Store } from '../store/contract.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What the other folders tell an operator's instruments. Every label is one of the words below or a name of the
 * configuration, so that no request can make a series (docs/metrics.md lists them).
 */

/** `brand`: the brand's own login page; `session`: the brand's own session; `assertion`: the brand's signed word. */
export const signInWays = ['password', 'second_factor', 'brand', 'upstream', 'session', 'assertion'] as const;
export type SignInWay = (typeof signInWays)[number];

/**
 * `refused`: what the consumer or the brand said was not right; `limited`: too many attempts; `unavailable`: the
 * directory or the login elsewhere did not answer.
 */
export const signInOutcomes = ['signed_in', 'refused', 'limited', 'unavailable', 'cancelled'] as const;
export type SignInOutcome = (typeof signInOutcomes)[number];

export const tokenGrants = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'jwt_bearer',
  'token_exchange',
  /** An ID token straight from the authorization endpoint. */
  'implicit',
] as const;
export type TokenGrant = (typeof tokenGrants)[number];

export const vendorOutcomes = ['answered', 'refused', 'limited', 'unavailable'] as const;
export type VendorOutcome = (typeof vendorOutcomes)[number];

/** A request to a platform's own servers that was sent. */
export interface VendorCall {
  outcome: VendorOutcome;
  seconds: number;
}

export const limitNames = ['anonymous', 'sign_in', 'second_factor', 'platform_tokens'] as const;
export type LimitName = (typeof limitNames)[number];

export const breakerStates = ['closed', 'half_open', 'open'] as const;
export type BreakerState = (typeof breakerStates)[number];

export interface SignInEvent {
  clientId: string;
  way: SignInWay;
  outcome: SignInOutcome;
}

export const directoryCalls = [
  'find_account',
  'check_password',
  'find_totp_secret',
  'find_session',
  'ping',
] as const;
export type DirectoryCall = (typeof directoryCalls)[number];

/**
 * Watches what is really asked of a brand's own services.
 * @param name `accounts`, what an enrichment is called, or `session` for the brand's own session
 */
export interface DirectoryWatch {
  watchDirectory(name: string, directory: AccountDirectory): AccountDirectory;
  watchCall<T>(name: string, call: DirectoryCall, run: () => Promise<T>): Promise<T>;
  breakerChanged(name: string, state: BreakerState): void;
}

/** One brand's share. What is told here is never waited for, and fails nothing. */
export interface BrandTelemetry extends DirectoryWatch {
  signIn(event: SignInEvent): void;
  tokensIssued(event: { clientId: string; grant: TokenGrant }): void;
  limitReached(limit: LimitName): void;
  vendorCalled(call: VendorCall & { platform: string }): void;
  /** Runs what makes and signs a token; absent: nobody looks. */
  watchSigning?<T>(sign: () => Promise<T>): Promise<T>;
  /** The brand is served no more: what is true of now only is told no more. */
  close(): void;
}

/** What is only looked at when somebody reads the metrics. */
export interface ProcessProbes {
  pingStore(): Promise<void>;
  /** Bytes; `limit` where the store has one. */
  measureStore(): Promise<{ used: number; limit?: number | undefined }>;
  countBrands(): number;
}

export interface CountedRequest {
  path: string;
  /** Of the brand, without a slash at the end. */
  issuerPath: string | undefined;
  method: string;
  status: number;
  seconds: number;
}

/** One process's instruments. Where nobody measures and nobody traces, each watch gives back what it got. */
export interface Telemetry {
  /** Absent: nobody looks. */
  watchRequests: Middleware | undefined;
  /** For requests that are answered before any middleware; absent: nobody counts. */
  countRequest: ((request: CountedRequest) => void) | undefined;
  isTracing: boolean;
  /** The trace of the request that runs, for its log line. */
  traceId(): string | undefined;
  watchStore(store: Store): Store;
  /** Told of each command that goes to a store over the network; absent: nobody counts. */
  onStoreCommand: (() => void) | undefined;
  forBrand(brand: string, clientIds: readonly string[]): BrandTelemetry;
  watchProcess(probes: ProcessProbes): void;
  /** Everything measured so far; undefined where nothing is. */
  snapshot(): Promise<Snapshot | undefined>;
}
