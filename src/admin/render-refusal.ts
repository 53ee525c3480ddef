import type { Context, Middleware } from 'koa';
import { ParleyError } from '../errors.ts';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';

/** Every refusal and failure as JSON; the reason of what is our fault stands in the log alone. */
export function renderRefusal({ log }: Pick<AdminOptions, 'log'>): Middleware {
  return async (ctx, next) => {
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) {
        throw new AdminRefusal(404, 'not_found', 'there is nothing at this address');
      }
    } catch (error) {
      answer(ctx, error, log);
    }
  };
}

function answer(ctx: Context, error: unknown, log: AdminOptions['log']): void {
  const supportId = ctx.state['requestId'];
  const { status, code, description } = describe(error);
  if (error instanceof AdminRefusal) ctx.set(error.headers);
  ctx.status = status;
  ctx.body = { error: code, error_description: description, support_id: supportId };
  if (status >= 500) log.error({ supportId, detail: String(error) }, 'admin call failed');
}

function describe(error: unknown): { status: number; code: string; description: string } {
  if (error instanceof AdminRefusal) {
    return { status: error.status, code: error.code, description: error.message };
  }
  if (error instanceof ParleyError) {
    return { status: error.status, code: error.code, description: error.sentence };
  }
  return { status: 500, code: 'server_error', description: 'see the log' };
}
