import type { Context } from 'koa';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { createCallCap } from './call-cap.ts';
import { createFindCaller } from './caller.ts';
import type { Operation } from './operation.ts';

/** Failed proofs of one address in a minute. */
const refusalsPerMinute = 30;

/** Lets a proved caller with the operation's scope pass, within the caps. @throws AdminRefusal */
export type Admit = (ctx: Context, operation: Pick<Operation, 'scope'>) => Promise<void>;

export function createAdmission({ admin, findSite, now }: AdminOptions): Admit {
  const cap = createCallCap(now);
  const findCaller = createFindCaller({
    admin,
    verifyToken: async (brand, token, resource) => findSite(brand)?.verifyServiceToken(token, resource),
  });
  return async (ctx, { scope }) => {
    const stranger = `refused ${ctx.ip}`;
    cap.check(stranger, refusalsPerMinute);
    const caller = await findCaller(ctx).catch((error: unknown) => {
      if (error instanceof AdminRefusal) cap.admit(stranger, refusalsPerMinute);
      throw error;
    });
    ctx.state['caller'] = caller.name;
    cap.admit(caller.name, admin.requests_per_minute);
    if (caller.scopes.has(scope)) return;
    throw new AdminRefusal(403, 'insufficient_scope', `this needs the scope ${scope}`, {
      'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
    });
  };
}
