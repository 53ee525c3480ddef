import type { Middleware } from 'koa';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import type { Store } from '../store/contract.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What the other folders tell an operator's instruments. Every label is one of the words below or a name of the
 * configuration, so that no request can make a series (docs/metrics.md lists them).
 */

/** A request to a platform's own servers that was sent. */
export interface VendorCall {
  outcome: 'answered' | 'refused' | 'limited' | 'unavailable';
  seconds: number;
}

export type BreakerState = 'closed' | 'half_open' | 'open';

export type DirectoryCall = 'find_account' | 'check_password' | 'find_totp_secret' | 'find_session' | 'ping';

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
  vendorCalled(call: VendorCall & { platform: string }): void;
  /** Runs what makes and signs a token; absent: nobody looks. */
  watchSigning?<T>(sign: () => Promise<T>): Promise<T>;
  /** The brand is served no more: what is true of now only is told no more. */
  close(): void;
}

/** How a brand's keys of one algorithm stand; times in seconds. */
export interface KeyReading {
  brand: string;
  algorithm: string;
  /** One for each key. */
  states: string[];
  /** Of the key that signs. */
  age: number | undefined;
  /** Below 0 when it is overdue; undefined without a schedule. */
  due: number | undefined;
  /** How many clients' platforms do not have the next key. */
  waitsFor: number;
}

/** What is only looked at when somebody reads the metrics. */
export interface ProcessProbes {
  pingStore(): Promise<void>;
  /** Bytes; `limit` where the store has one. */
  measureStore(): Promise<{ used: number; limit?: number | undefined }>;
  countBrands(): number;
  readKeys(): KeyReading[];
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
  /** Counts what goes to the audit log. */
  countEvents(audit: AuditLog): AuditLog;
  forBrand(brand: string, clientIds: readonly string[]): BrandTelemetry;
  watchProcess(probes: ProcessProbes): void;
  /** Everything measured so far; undefined where nothing is. */
  snapshot(): Promise<Snapshot | undefined>;
}
