import type { Parley, ParleyOptions } from './contract.ts';

/** What a brand's page with LiveChat sees of Parley. The published declarations are made from this file. */

/** LiveChat's token for one customer, as its widget takes it. */
export interface LiveChatToken {
  accessToken: string;
  /** LiveChat's own id of the customer: the same on every device. */
  entityId: string;
  /** Milliseconds. */
  expiresIn: number;
  tokenType: 'Bearer';
  /** Milliseconds since 1970. */
  creationDate: number;
  licenseId: number;
  organizationId: string;
}

/**
 * The four functions of LiveChat's custom identity provider. Each failure is a rejected promise, and one of these:
 *
 * - `code` is `SSO_IDENTITY_EXCEPTION`: nobody is signed in any more, or somebody else. LiveChat stops.
 * - `message` is `temporarily_unavailable` or `server_error`: LiveChat tries again, later and later.
 *
 * `cause` has the reason in words. No rejected promise is kept: the next call asks anew.
 */
export interface LiveChatIdentityProvider {
  /** The token that Parley keeps for this session, or a new one. */
  getToken(): Promise<LiveChatToken>;
  /** A new one from LiveChat. Calls at the same time share one. */
  getFreshToken(): Promise<LiveChatToken>;
  hasToken(): Promise<boolean>;
  /** Has Parley forget the token. Who the customer is stays. */
  invalidate(): Promise<void>;
}

export interface ParleyLiveChatOptions {
  /** The brand's issuer, such as `https://id.acme.example`. */
  issuer: string;
  /** The LiveChat client's id in the brand file. */
  client: string;
  assertion?: ParleyOptions['assertion'];
}

export interface ParleyLiveChat extends Parley {
  /** For `window.__lc.custom_identity_provider`, and for `customIdentityProvider` of LiveChat's own components. */
  customIdentityProvider: () => LiveChatIdentityProvider;
}
