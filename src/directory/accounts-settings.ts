import type { HttpSettings } from './http/http-settings.ts';
import type { LdapSettings } from './ldap/ldap-settings.ts';
import type { SqlSettings } from './sql/sql-settings.ts';

/** `accounts` of a brand file, as far as this folder reads it. */
export interface AccountsSettings extends DirectorySettings {
  /** Where it stands, no other directory of `DirectorySettings` does. */
  oidc?: object | undefined;
  enrich: readonly EnrichmentSettings[];
}

/** Exactly one kind is given; the configuration's checks see to it. */
export interface DirectorySettings {
  file?: { path: string } | undefined;
  sql?: SqlSettings | undefined;
  http?: HttpSettings | undefined;
  ldap?: LdapSettings | undefined;
}

export interface EnrichmentSettings extends DirectorySettings {
  /** The member of the record under which its record appears. */
  as: string;
  /** JMESPath over the first directory's record: the id to look for. Default: the account's id. */
  by?: string | undefined;
  /** While it cannot be reached, consumers are served without it. */
  optional: boolean;
}
