import type { AwayOutcome } from '../../directory/away-outcome.ts';
import { ParleyError } from '../../errors.ts';
import type { Step } from '../dispatch.ts';
import { addressOfNotice, type NoticeName } from '../notices.ts';
import { findWay } from '../ways.ts';

/**
 * The browser is back from a login elsewhere. Here it brings its cookies: the answer counts only in the browser and
 * the interaction that were sent away, and once.
 */
export async function comeBack(step: Step): Promise<string> {
  const { ctx, gateway, ways, interaction, base, log, audit, facts } = step;
  const away = await gateway.take(ctx, 'away');
  const way = findWay(ways, String(away?.['way']));
  if (!away || way?.kind !== 'away')
    throw new ParleyError('interaction_lost', 'the browser was not sent away');
  const answer = new URLSearchParams(ctx.querystring);
  const outcome = await finish(step, () =>
    way.login.finish(answer, away['memory'] as Record<string, unknown>, interaction),
  );
  const problem = findProblem(outcome, interaction.freshSince);
  if (outcome.kind === 'signed-in' && !problem) {
    const { accountId, amr, acr, issuedAt, authTime, endsAt } = outcome;
    const next = await gateway.finishLogin(ctx, {
      accountId,
      amr,
      acr,
      away: { issuedAt, authTime, endsAt },
    });
    audit.record('sign_in.succeeded', { ...facts, accountId, way: way.id, amr, acr });
    return next;
  }
  if (problem) {
    const details = { supportId: ctx.state['requestId'], way: way.id, detail: problem.reason };
    log.warn(details, 'a login elsewhere came to nothing');
  }
  const reason = problem?.reason ?? 'cancelled';
  audit.record('sign_in.failed', { ...facts, way: way.id, reason });
  // Whoever has no other way and stopped on that one has said no to the client's request.
  if (outcome.kind === 'cancelled' && ways.length === 1) return gateway.abort(ctx);
  return addressOfNotice(base, problem?.notice ?? 'cancelled');
}

type Outcome = AwayOutcome | { kind: 'unavailable'; reason: string };

async function finish({ directory }: Step, run: () => Promise<AwayOutcome>): Promise<Outcome> {
  try {
    const outcome = await run();
    if (outcome.kind !== 'signed-in') return outcome;
    const account = await directory.findAccount(outcome.accountId, { fresh: true });
    return account ? outcome : { kind: 'failed', reason: 'the account directory has no such account' };
  } catch (error) {
    const isOutage =
      error instanceof ParleyError && ['login_unavailable', 'directory_unavailable'].includes(error.code);
    if (!isOutage) throw error;
    return { kind: 'unavailable', reason: error.message };
  }
}

function findProblem(
  outcome: Outcome,
  freshSince: number | undefined,
): { notice: NoticeName; reason: string } | undefined {
  if (outcome.kind === 'unavailable') return { notice: 'unavailable', reason: outcome.reason };
  if (outcome.kind === 'failed') return { notice: 'failed', reason: outcome.reason };
  if (outcome.kind === 'cancelled' || freshSince === undefined) return undefined;
  const { authTime } = outcome;
  if (authTime !== undefined && authTime >= freshSince) return undefined;
  return { notice: 'failed', reason: 'the client asked for a new sign-in, and auth_time does not show one' };
}
