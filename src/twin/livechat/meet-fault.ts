import type { Context, Next } from 'koa';
import { AccountsException } from './accounts-exception.ts';
import type { Fault } from './faults.ts';

/** Answers, or does not answer, as the fault says. */
export async function meetFault(fault: Fault | undefined, ctx: Context, next: Next): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return next();
    case 'unauthorized':
      throw new AccountsException('access_denied', 'The access token is invalid or expired.');
    case 'rate_limited':
      if (fault.retryAfter !== undefined) ctx.set('Retry-After', String(fault.retryAfter));
      throw new AccountsException('too_many_requests', 'Too many requests.');
    case 'server_error':
      throw new AccountsException('server_error', 'Internal server error.');
    case 'temporarily_unavailable':
      if (fault.retryAfter !== undefined) ctx.set('Retry-After', String(fault.retryAfter));
      throw new AccountsException('temporarily_unavailable', 'The service is being maintained.');
    case 'exception_with_200':
      ctx.body = new AccountsException('server_error', 'Internal server error.').toBody();
      return undefined;
    case 'garbage':
      ctx.type = 'html';
      ctx.body = '<!doctype html><title>502</title><h1>Bad gateway</h1>';
      return undefined;
    case 'hang':
      ctx.respond = false;
      return undefined;
    case 'other_entity':
      await next();
      ctx.body = { ...(ctx.body as object), entity_id: '00000000-0000-4000-8000-000000000000' };
      return undefined;
    case 'lost_answer':
      await next();
      ctx.respond = false;
      ctx.req.socket.destroy();
      return undefined;
    case 'held_answer':
      await next();
      fault.onArrival?.();
      await fault.until;
  }
}
