/** What each page needs to know. Every string may come from outside: the templates escape all of them. */

interface PageModel {
  /** The brand's display name; it stands where a logo would. */
  brandName: string;
  /** Shown small on every page, so that a consumer's call can be matched with the log. */
  supportId: string;
}

export interface LoginModel extends PageModel {
  clientName?: string;
  action: string;
  csrf: string;
  /** What the consumer typed before; a password is never shown again. */
  login?: string;
  error?: string;
  /** Submits `csrf` and `cancel=yes` to an address of its own: a typed password does not travel along. */
  cancel?: { action: string };
  /** Other ways to sign in, each an address to go to. */
  others?: WayModel[];
}

interface WayModel {
  title: string;
  href: string;
}

export interface WaysModel extends PageModel {
  clientName: string;
  csrf: string;
  /** Why the consumer is here again. */
  notice?: string;
  ways: WayModel[];
  cancel: { action: string };
}

export interface OnwardModel extends PageModel {
  /** Where the browser goes on. */
  href: string;
}

export interface SecondFactorModel extends PageModel {
  clientName: string;
  /** Receives `csrf` and `code`. */
  action: string;
  csrf: string;
  error?: string;
  cancel: { action: string };
}

export interface ConsentModel extends PageModel {
  clientName: string;
  accountName?: string;
  scopes: { name: string; description: string }[];
  claims: string[];
  /** Receives `csrf` and `decision=allow` or `decision=deny`. */
  action: string;
  csrf: string;
}

export interface ContinueModel extends PageModel {
  clientName: string;
  /** Who is signed in, where the brand maps a name. */
  consumerName?: string;
  /** Receives `csrf` and `decision=continue` or `decision=other`. */
  action: string;
  csrf: string;
  /** As on the login page. */
  cancel: { action: string };
}

export interface LogoutModel extends PageModel {
  clientName?: string;
  /** oidc-provider's end_session_confirm: `logout=yes` ends the session, without it the consumer stays. */
  action: string;
  xsrf: string;
}

export type SignedOutModel = PageModel;

export interface ErrorModel extends Omit<PageModel, 'brandName'> {
  /** Absent when no brand owns the request. */
  brandName?: string;
  title?: string;
  sentence: string;
  /** Where the same request can be made again; absent when nobody knows whether that would help. */
  retry?: string;
  /** The protocol's own words (RFC 6749 section 4.1.2.1), for whoever built the client. */
  integrator?: { error: string; description?: string };
}

export type SessionLostModel = PageModel;

export interface PageMessageModel extends PageModel {
  /** The authorization answer, as the page's script reads it. */
  message: Record<string, unknown>;
  /** The exact origin that may read it. */
  origin: string;
}

export interface IssuersModel {
  /** The host that no brand owns, as the request named it. */
  host: string;
  issuers: string[];
}
