import type { Context, Middleware, Next } from 'koa';
import type { EventVerifier } from '../../directory/back-channel/contract.ts';
import { ParleyError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { readForm } from '../page/read-form.ts';
import { type EndAccountOptions, endAccount } from './end-account.ts';

export interface BackChannelOptions extends EndAccountOptions {
  /** Absent: the brand has no key to sign with, and there is no such address. */
  eventVerifier: EventVerifier | undefined;
  log: Log;
}

/** Refused calls of one address in a minute; what the brand signed is never counted. */
const refusalsPerMinute = 30;

/**
 * `POST /backchannel/sign-out`, with `logout_token` in a form: the brand says that a consumer signed out or was
 * disabled (OpenID Connect Back-Channel Logout 1.0 section 2.5, the other way round).
 */
export function createBackChannel(options: BackChannelOptions): Middleware {
  const { eventVerifier, store, log } = options;
  const answer = async (ctx: Context, verifier: EventVerifier): Promise<void> => {
    ctx.set('Cache-Control', 'no-store');
    if (ctx.method !== 'POST') {
      ctx.set('Allow', 'POST');
      return refuse(ctx, 405, 'use POST');
    }
    const counter = `back-channel:${ctx.ip}`;
    if ((await store.readCounter(counter)) >= refusalsPerMinute)
      throw new ParleyError('too_many_attempts', 'refused back-channel calls', { retryAfter: 60 });
    const tokens = (await readForm(ctx)).getAll('logout_token');
    const outcome =
      tokens.length === 1
        ? await verifier.verify(tokens[0] ?? '')
        : {
            kind: 'refused' as const,
            sentence: 'send one logout_token in a form',
            detail: 'no logout_token',
          };
    const supportId = ctx.state['requestId'];
    if (outcome.kind === 'refused') {
      await store.increment(counter, 60);
      log.warn({ supportId, detail: outcome.detail }, 'back-channel call refused');
      return refuse(ctx, 400, `logout_token: ${outcome.sentence}`);
    }
    const sessions = await endAccount(options, outcome.event.accountId, {
      by: 'brand',
      kind: outcome.event.kind,
      supportId,
    });
    log.info({ supportId, event: outcome.event.kind, sessions }, 'the brand ended a consumer');
    ctx.status = 200;
    ctx.body = { ended_sessions: sessions };
  };
  return (ctx: Context, next: Next) =>
    eventVerifier && ctx.path === '/backchannel/sign-out' ? answer(ctx, eventVerifier) : next();
}

function refuse(ctx: Context, status: number, description: string): void {
  ctx.status = status;
  ctx.body = {
    error: 'invalid_request',
    error_description: description,
    support_id: ctx.state['requestId'],
  };
}
