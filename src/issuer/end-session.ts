import { type Client, Provider, type Session } from 'oidc-provider';
import type { AuditLog, CommonFacts } from '../audit/audit-log.ts';
import { requestFacts } from '../audit/request-facts.ts';
import type { Log } from '../log.ts';
import type { BrandStore } from '../store/contract.ts';
import type { EndedSessions } from './ended-sessions.ts';
import type { IssuerOptions } from './issuer-options.ts';
import { grantsOfSession } from './grant-per-response.ts';
import type { BrandSessionGroup } from './sign-in/brand-session-group.ts';

export interface EndSessionOptions {
  provider: Provider;
  store: BrandStore;
  endedSessions: EndedSessions;
  brandSessionGroup: BrandSessionGroup;
  onSessionEnd?: IssuerOptions['onSessionEnd'];
  log: Log;
  audit: AuditLog;
  /** What the audit log says of the request; default: of the one that the library works on. */
  facts?: CommonFacts;
}

/**
 * Ends a session for good, and with it those of the same consumer that follow the same session of the brand's: for
 * each the mark that keeps late answers from bringing it back, its record, then every grant that it gave, then
 * back-channel logout at the clients that registered for it.
 */
export async function endSession(options: EndSessionOptions, session: Session): Promise<void> {
  await endOne(options, session);
  await endOthers(options, session);
}

async function endOthers(options: EndSessionOptions, session: Session): Promise<void> {
  const others = await options.brandSessionGroup.others(options.provider, session);
  await Promise.all(others.map((other) => endOne(options, other)));
}

async function endOne(options: EndSessionOptions, session: Session): Promise<void> {
  const { accountId, authorizations } = session;
  await options.endedSessions.mark(session.uid);
  await session.destroy();
  await endWhatItGave(options, session);
  if (!accountId) return;
  await Promise.all(
    Object.entries(authorizations ?? {}).map(([clientId, { sid }]) =>
      notifyClient(options, { accountId, clientId, sid }),
    ),
  );
}

/** The same for a session that the library itself has destroyed and told the clients about. */
export async function completeEnd(options: EndSessionOptions, session: Session): Promise<void> {
  await options.endedSessions.mark(session.uid);
  await endWhatItGave(options, session);
  await endOthers(options, session);
}

async function endWhatItGave(
  {
    store,
    onSessionEnd,
    audit,
    facts,
  }: Pick<EndSessionOptions, 'store' | 'onSessionEnd' | 'audit' | 'facts'>,
  { uid: sessionUid, accountId }: Session,
): Promise<void> {
  const grantIds = await store.members(grantsOfSession(sessionUid));
  await Promise.all([
    ...grantIds.map((grantId) => store.revokeGrant(grantId)),
    accountId && onSessionEnd?.({ sessionUid, accountId }),
  ]);
  const { ctx } = Provider;
  if (accountId) audit.record('session.ended', { ...(facts ?? (ctx && requestFacts(ctx))), accountId });
}

/** A relying party that is down must not keep the consumer signed in: its failure is logged, not thrown. */
async function notifyClient(
  { provider, log }: EndSessionOptions,
  { accountId, clientId, sid }: { accountId: string; clientId: string; sid: string | undefined },
): Promise<void> {
  const client = (await provider.Client.find(clientId)) as (Client & BackchannelClient) | undefined;
  if (!client?.backchannelLogoutUri || !sid) return;
  try {
    await client.backchannelLogout(accountId, sid);
  } catch (error) {
    log.warn({ clientId, reason: String(error) }, 'back-channel logout failed');
  }
}

interface BackchannelClient {
  backchannelLogoutUri?: string;
  backchannelLogout(accountId: string, sid: string): Promise<void>;
}
