import type { AuditLog } from '../audit/audit-log.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { AdminConfig } from '../config/schema/admin-schema.ts';
import type { LogSettings } from '../config/server-schema.ts';
import type { ConsumerSessions } from '../issuer/consumer-sessions.ts';
import type { RequestLog } from '../issuer/request-log.ts';
import type { VerifyServiceToken } from '../issuer/verify-service-token.ts';
import type { Seal } from '../keys/seal.ts';
import type { Log } from '../log.ts';
import type { BrandKeys } from '../operations/change-keys.ts';
import type { TokenBroker } from '../platform/token-broker.ts';
import type { BrandStore } from '../store/contract.ts';

/** What the admin interface sees of a brand that is served. */
export interface AdminSite {
  brand: string;
  issuer: string;
  config: BrandConfig;
  directory: Pick<AccountDirectory, 'findAccount' | 'ping'>;
  store: BrandStore;
  requestLog: RequestLog | undefined;
  brokers: ReadonlyMap<string, TokenBroker>;
  sessions: ConsumerSessions;
  verifyServiceToken: VerifyServiceToken;
  keys: BrandKeys;
}

export interface AdminOptions {
  config: Config;
  admin: AdminConfig;
  sites(): readonly AdminSite[];
  findSite(brand: string): AdminSite | undefined;
  loadSeal(): Promise<Seal>;
  pingStore(): Promise<void>;
  isDraining(): boolean;
  /** Lets every process of this machine read the brands again. */
  reload(): Promise<void>;
  readLogging(): LogSettings;
  /** In every process of this machine. */
  changeLogging(settings: LogSettings): void;
  audit: Pick<AuditLog, 'record'>;
  log: Pick<Log, 'error' | 'info'>;
  /** Milliseconds since the epoch. */
  now(): number;
}
