import type { ResilienceSettings } from '../resilience/resilience-settings.ts';

/** `sql` of a brand file's `accounts`. */
export interface SqlSettings extends Omit<ResilienceSettings, 'parallel'> {
  /** postgres://… or mysql://…, with name and password. */
  url: string;
  /** The operator's own statement, with `:id`: the account of that id. */
  find: string;
  /** With `:login`: the account that a consumer means by what is typed. Absent: no sign-in by password. */
  login?: string | undefined;
  password?: { column: string; format?: string | undefined } | undefined;
  /** The column of the account's id. */
  id: string;
  /** The column that says whether an account is disabled. */
  disabled?: string | undefined;
  /** Connections of this process, and so questions at the same time. */
  pool: number;
  tls: SqlTlsSettings;
}

export interface SqlTlsSettings {
  /** undefined: as soon as the database is on another machine or one of the others is given. */
  enabled?: boolean | undefined;
  /** PEM. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}
