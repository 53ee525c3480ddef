import type { Context, Middleware } from 'koa';
import type { Session, Sessions } from './sessions.ts';

/** Finds the visitor's session or begins one, and keeps the browser's cookie in step with its id. */
const cookieName = 'demo_session';

type WithState = Pick<Context, 'state'>;

export function createSessionCookie(sessions: Sessions, path: string): Middleware {
  return async (ctx, next) => {
    const known = ctx.cookies.get(cookieName, { signed: false });
    setSession(ctx, sessions.find(known) ?? sessions.create());
    await next();
    const { id } = sessionOf(ctx);
    if (id !== known) writeCookie(ctx, id, path);
  };
}

/** Only behind the middleware. */
export function sessionOf(ctx: WithState): Session {
  return ctx.state['session'];
}

/** Replaces the visitor's session in the rest of this request and in the browser. */
export function setSession(ctx: WithState, session: Session): void {
  ctx.state['session'] = session;
}

function writeCookie(ctx: Pick<Context, 'cookies' | 'secure'>, id: string, path: string): void {
  ctx.cookies.set(cookieName, id, {
    path,
    httpOnly: true,
    sameSite: 'lax',
    secure: ctx.secure,
    signed: false,
    overwrite: true,
  });
}
