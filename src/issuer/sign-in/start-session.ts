import type { Provider, Session } from 'oidc-provider';
import { createUniqueId } from '../create-unique-id.ts';
import type { SessionWithFacts } from '../sign-in-facts.ts';
import type { Statement } from './statement.ts';

/**
 * A session of its own for a consumer: another uid, another sid at each client, nothing of a former one. It is written
 * and given to the browser only where the caller says so (`touched`).
 */
export function startSession(provider: Provider, statement: Statement): Session {
  const session = new provider.Session() as SessionWithFacts;
  session.uid = createUniqueId();
  const { accountId, beganAt, acr, amr } = statement;
  session.loginAccount({ accountId, loginTs: beganAt, acr, amr });
  session.facts = statement.facts;
  return session;
}

/** The same consumer, vouched for anew: what hangs on the session stays. */
export function renewSession(session: Session, { beganAt, acr, amr, facts }: Statement): void {
  const accountId = session.accountId ?? '';
  const began = Math.max(beganAt, session.loginTs ?? 0);
  session.loginAccount({ accountId, loginTs: began, acr, amr });
  (session as SessionWithFacts).facts = facts;
}

/** Nobody: neither written nor given to the browser. */
export function createAnonymousSession(provider: Provider): Session {
  return new provider.Session();
}
