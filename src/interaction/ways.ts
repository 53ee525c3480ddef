import type { AwayOutcome } from '../directory/away-outcome.ts';
import type { PendingInteraction } from './contract.ts';

/** A way to sign in that a consumer takes part in, in the brand's order. */
export type SignInWay = PasswordWay | AwayWay;

export interface PasswordWay {
  kind: 'password';
  id: 'password';
  /** Accounts without a second factor are refused. */
  secondFactorRequired: boolean;
}

export interface AwayWay {
  kind: 'away';
  /** Unique among the brand's ways; part of an address. */
  id: string;
  /** What the consumer reads: "Sign in with …". */
  title: string;
  login: AwayLogin;
}

/** A login elsewhere: the brand's own page, or another OpenID Provider. The browser goes there and comes back. */
export interface AwayLogin {
  /** How the browser comes back. */
  method: 'GET' | 'POST';
  /** @throws ParleyError('login_unavailable') */
  begin(pending: PendingInteraction): Promise<Departure>;
  /**
   * The browser is back, at an address to which it brings none of our cookies. Answers whose interaction it is and
   * what the answer was; nothing of it is believed before `finish`.
   *
   * @param parameters of the form or of the address
   * @throws ParleyError
   */
  receive(parameters: Readonly<Record<string, unknown>>): Promise<Arrival>;
  /**
   * In the browser that began, once: what did the answer say?
   *
   * @param memory what `begin` had remembered
   * @throws ParleyError('login_unavailable')
   */
  finish(
    answer: URLSearchParams,
    memory: Record<string, unknown>,
    pending: PendingInteraction,
  ): Promise<AwayOutcome>;
}

export type Arrival =
  | { kind: 'received'; interactionUid: string; answer: URLSearchParams }
  /** @param sentence for the integrator @param detail for the operator's log */
  | { kind: 'refused'; sentence: string; detail: string };

export interface Departure {
  /** Where the browser goes. */
  url: string;
  /** JSON; kept for this browser and interaction until it is back. */
  memory: Record<string, unknown>;
}

/** How a page offers a way. */
export interface OfferedWay {
  title: string;
  href: string;
}

export function findWay(ways: readonly SignInWay[], id: string): SignInWay | undefined {
  return ways.find((way) => way.id === id);
}

/** @param base the interaction's address */
export function offerWays(ways: readonly SignInWay[], base: string, except?: SignInWay): OfferedWay[] {
  return ways
    .filter((way) => way !== except)
    .map((way) => ({
      title: way.kind === 'away' ? `Sign in with ${way.title}` : 'Sign in with your password',
      href: `${base}/with/${way.id}`,
    }));
}
