import type { Context } from 'koa';

/** What every event of a request says of it. */
export function requestFacts(ctx: Context): { supportId: unknown; address: string } {
  return { supportId: ctx.state['requestId'], address: ctx.ip };
}
