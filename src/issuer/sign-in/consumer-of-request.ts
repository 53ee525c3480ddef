import { errors, Provider, type Session } from 'oidc-provider';
import type { AuditLog } from '../../audit/audit-log.ts';
import { requestFacts } from '../../audit/request-facts.ts';
import type { SilentWays } from '../../directory/open-silent-ways.ts';
import { inProtocolErrors } from '../protocol-error.ts';
import { isOver } from '../session-age.ts';
import { factsOf } from '../sign-in-facts.ts';
import type { BrandSessionGroup } from './brand-session-group.ts';
import { type Decision, decideConsumer } from './decide-consumer.ts';
import { refuseAssertion } from './refuse-assertion.ts';
import { createAnonymousSession, renewSession, startSession } from './start-session.ts';
import { fromAssertion, fromBrandSession, type Statement } from './statement.ts';

export interface ConsumerOfRequestOptions {
  ways: SilentWays;
  group: BrandSessionGroup;
  /** Seconds after sign-in at which a session ends, however busy it was. */
  absoluteLifetime: number;
  audit: AuditLog;
  /** Seconds since the epoch. */
  now(): number;
}

/** What a request brings that says for whom it is. */
export interface Arrival {
  /** Of the browser's cookie. */
  session: Session;
  cookieHeader: string | undefined;
  clientId: string;
  /** Only from a proven page; null: it says that nobody is signed in at the brand. */
  loginHintToken?: string | null | undefined;
}

export interface RequestEnds {
  provider: Provider;
  endSession(session: Session): Promise<void>;
}

/** For whom is this request? Asked before anything is answered, at each authorization request and page call. */
export interface ConsumerOfRequest {
  /**
   * The session to go on with: the browser's own, a new one (`touched`: the browser gets it), or nobody's. The former
   * consumer's session has ended then.
   *
   * @throws the protocol's errors: a refused assertion, or temporarily_unavailable
   */
  settle(arrival: Arrival, ends: RequestEnds): Promise<Session>;
  /** Whether the browser's session may go on as it is; asks the brand and changes nothing. Rejects with ParleyError. */
  isSame(arrival: Arrival): Promise<boolean>;
}

export function createConsumerOfRequest(options: ConsumerOfRequestOptions): ConsumerOfRequest {
  const { ways, group, absoluteLifetime, audit, now } = options;

  async function decide({ session, cookieHeader, clientId, loginHintToken }: Arrival): Promise<Decision> {
    const { accountId } = session;
    const brand = await ways.brandSession?.find(cookieHeader, {
      confirming: accountId,
      fresh: typeof loginHintToken === 'string',
    });
    const fromBrand = brand?.kind === 'signed-in' ? fromBrandSession(brand.consumer, now()) : undefined;
    // Last, for it is used up: a brand that cannot be asked leaves it for the next try.
    const asserted =
      typeof loginHintToken === 'string' ? await verify(loginHintToken, clientId, fromBrand) : undefined;
    const current = accountId === undefined ? undefined : currentOf(session, accountId);
    const pageSaysNobody = loginHintToken === null;
    return decideConsumer({ current, brand, fromBrand, fromAssertion: asserted, pageSaysNobody });
  }

  function currentOf(session: Session, accountId: string) {
    return { accountId, facts: factsOf(session), isOver: isOver(session, absoluteLifetime, now()) };
  }

  async function verify(jwt: string, clientId: string, fromBrand: Statement | undefined): Promise<Statement> {
    if (!ways.assertion) throw new errors.InvalidRequest('login_hint_token is not supported');
    const outcome = await ways.assertion.verify(jwt, { channel: 'front', clientId });
    if (outcome.kind === 'refused') refuseAssertion(outcome);
    const { sessionLifetime } = ways;
    const brandSession = fromBrand?.facts.brandSession;
    return fromAssertion(outcome.assertion, { now: now(), sessionLifetime, brandSession });
  }

  async function apply(
    decision: Decision,
    { session, clientId }: Arrival,
    { provider, endSession }: RequestEnds,
  ): Promise<Session> {
    if (decision.kind === 'keep') return session;
    if (decision.kind === 'renew') {
      renewSession(session, decision.statement);
      await group.add(session);
      return session;
    }
    if (session.accountId) await endSession(session);
    if (decision.kind === 'end') return createAnonymousSession(provider);
    const started = startSession(provider, decision.statement);
    (started as Session & { touched: boolean }).touched = true;
    await group.add(started);
    const { ctx } = Provider;
    audit.record('sign_in.succeeded', {
      ...(ctx && requestFacts(ctx)),
      clientId,
      accountId: started.accountId,
      way: decision.statement.facts.way,
      amr: decision.statement.amr,
      acr: decision.statement.acr,
    });
    return started;
  }

  return {
    async settle(arrival, ends) {
      return inProtocolErrors(async () => apply(await decide(arrival), arrival, ends));
    },
    async isSame(arrival) {
      return (await decide(arrival)).kind === 'keep';
    },
  };
}
