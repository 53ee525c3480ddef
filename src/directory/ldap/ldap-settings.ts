import type { ResilienceSettings } from '../resilience/resilience-settings.ts';

/** `accounts.ldap`: a brand's LDAP server. Filters are those of RFC 4515, names of entries those of RFC 4514. */
export interface LdapSettings extends ResilienceSettings {
  /** ldaps://host, or ldap://host with `start_tls`. */
  url: string;
  start_tls: boolean;
  /** PEM of the authorities that may vouch for the server; default: those of Node. */
  ca?: string | undefined;
  /** Who looks for accounts; absent: nobody (an anonymous connection). */
  bind?: { dn: string; password: string } | undefined;
  /** Below this entry are the accounts. */
  base: string;
  scope: 'sub' | 'one';
  /** What an account is. */
  filter: string;
  /** Which accounts may not sign in. */
  disabled?: string | undefined;
  /** The attribute that holds the stable id. */
  id: string;
  /** `guid`: 16 bytes as Active Directory writes them. */
  id_format: 'text' | 'guid';
  login?: LdapLoginSettings | undefined;
  /** Member of the record → attribute; `mail[]` is the list of all values. */
  attributes: Readonly<Record<string, string>>;
  groups?: LdapGroupSettings | undefined;
}

/** Exactly one of `attributes` and `rdn`; the configuration's checks see to it. */
export interface LdapLoginSettings {
  /** What the consumer types is the value of one of these. */
  attributes?: readonly string[] | undefined;
  /** What the consumer types names the entry itself: `<rdn>=<login>,<base>`. */
  rdn?: string | undefined;
  /** An entry that nobody signs in with; a login that nobody has is checked against it. */
  decoy?: string | undefined;
}

/** Exactly one of `attribute` and `base`. */
export interface LdapGroupSettings {
  /** The account's own attribute that names its groups: `memberOf`. */
  attribute?: string | undefined;
  /** Below this entry are the groups. */
  base?: string | undefined;
  /** What a group is. */
  filter: string;
  /** The attribute of a group that names its members. */
  member: string;
  /** `name`: the first part of its DN; `dn`: all of it. */
  as: 'name' | 'dn';
}
