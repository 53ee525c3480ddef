import type { Context, Middleware, Next } from 'koa';
import { ParleyError } from '../errors.ts';

/**
 * The library's router also takes `/AUTH` and `/auth/` for `/auth`. What stands before it compares paths exactly,
 * so another spelling would walk past it; here it is simply not found.
 */
export const exactPaths: Middleware = (ctx: Context, next: Next) => {
  const [, first = '', second = ''] = ctx.path.split('/');
  // What follows /auth/ and /interaction/ is an id, in letters of both cases.
  const words = first.toLowerCase() === 'auth' || first === 'interaction' ? first : `${first}/${second}`;
  if (words !== words.toLowerCase() || (ctx.path !== '/' && ctx.path.endsWith('/'))) {
    throw new ParleyError('not_found');
  }
  return next();
};
