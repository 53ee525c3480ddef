import type { BrandSessionAnswer } from '../../directory/brand-session/contract.ts';
import type { SignInFacts } from '../sign-in-facts.ts';
import type { Statement } from './statement.ts';

/** The consumer whose session this browser has. */
export interface CurrentConsumer {
  accountId: string;
  facts: SignInFacts;
  /** The session has reached its end. */
  isOver: boolean;
}

export interface Situation {
  current: CurrentConsumer | undefined;
  /** What the brand's own session says; absent: the brand has none to ask. */
  brand: BrandSessionAnswer | undefined;
  /** What the brand's own session says, in words of ours. */
  fromBrand: Statement | undefined;
  /** A verified assertion of this very request. */
  fromAssertion: Statement | undefined;
  /** The page could have brought an assertion, and the brand made none. */
  pageSaysNobody: boolean;
}

/**
 * `keep`: whoever is signed in, or nobody, as before. `end`: nobody is signed in any more. `start`: a new session, and
 * the former one ends. `renew`: the same consumer's session, with the newer facts.
 */
export type Decision =
  | { kind: 'keep' }
  | { kind: 'end' }
  | { kind: 'start'; statement: Statement }
  | { kind: 'renew'; statement: Statement };

/**
 * Still the same consumer? The brand's own session has the last word; an assertion may have been made before the
 * consumer signed out or changed. A password given to us is the consumer's own word to us: the brand's silence does
 * not end that session, but another consumer's name does.
 */
export function decideConsumer(situation: Situation): Decision {
  const { current, brand, fromBrand, fromAssertion } = situation;
  const live = current?.isOver ? undefined : current;
  if (fromAssertion) {
    const isContradicted = fromBrand
      ? fromBrand.accountId !== fromAssertion.accountId
      : brand?.kind === 'nobody';
    if (isContradicted) return current ? { kind: 'end' } : { kind: 'keep' };
    return live?.accountId === fromAssertion.accountId
      ? { kind: 'renew', statement: fromAssertion }
      : { kind: 'start', statement: fromAssertion };
  }
  // What began by the brand's word ends by it: a sign-out at the brand need not be told to us.
  if (situation.pageSaysNobody && !fromBrand && current?.facts.way === 'assertion') return { kind: 'end' };
  if (!brand) return { kind: 'keep' };
  if (fromBrand) {
    return live?.accountId === fromBrand.accountId
      ? { kind: 'keep' }
      : { kind: 'start', statement: fromBrand };
  }
  return current && !isOwnPassword(current) ? { kind: 'end' } : { kind: 'keep' };
}

function isOwnPassword({ facts }: CurrentConsumer): boolean {
  return facts.way === 'password';
}
