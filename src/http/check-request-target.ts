import type { Middleware } from 'koa';
import { ParleyError } from '../errors.ts';

/**
 * Refuses `GET http://other.example/… HTTP/1.1` (absolute form, RFC 9112 section 3.2.2) and every other request
 * target that is not a path. Koa and oidc-provider build addresses from it, so it would put a stranger's host into
 * discovery although `Host` names a brand. Only a client of a forward proxy sends it.
 */
export const checkRequestTarget: Middleware = (ctx, next) => {
  if (!ctx.originalUrl.startsWith('/'))
    throw new ParleyError('host_refused', 'the request target is not a path');
  return next();
};
