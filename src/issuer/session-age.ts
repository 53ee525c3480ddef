import type { Session } from 'oidc-provider';
import { factsOf } from './sign-in-facts.ts';

/**
 * When a session ends, however busy it is: every request extends it in the library, a refused one too, so that a page
 * that polls would keep it for ever.
 *
 * @param absoluteLifetime seconds after it began
 * @returns seconds since the epoch; undefined while nobody is signed in
 */
export function endOfSession(
  session: Pick<Session, 'loginTs'> | undefined,
  absoluteLifetime: number,
): number | undefined {
  if (session?.loginTs === undefined) return undefined;
  const { endsAt = Number.POSITIVE_INFINITY } = factsOf(session);
  return Math.min(session.loginTs + absoluteLifetime, endsAt);
}

/** @param now seconds since the epoch */
export function isOver(session: Session | undefined, absoluteLifetime: number, now: number): boolean {
  const end = endOfSession(session, absoluteLifetime);
  return end !== undefined && now >= end;
}
