/** What a brand registers in LiveChat's Developer Console, and the license it belongs to. */
export interface AppRegistration {
  /** 32 hexadecimal digits. */
  clientId: string;
  clientSecret: string;
  /** Compared exactly. */
  redirectUris: readonly string[];
  /** Of the administrator's consent; `customers:own` is what customer tokens need. */
  scopes: readonly string[];
  /** uuid */
  organizationId: string;
  licenseId: number;
  /** Apps of one's own license are not asked for consent. */
  private?: boolean;
  /** LiveChat rotates refresh tokens of some kinds of apps and not of others. */
  rotatesRefreshTokens?: boolean;
}
