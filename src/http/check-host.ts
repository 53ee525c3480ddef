import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { ParleyError } from '../errors.ts';

/**
 * Refuses a request with more than one Host header (RFC 9112 section 3.2). Node takes the first, a proxy may take the last: what
 * one of them lets through, or keeps in a cache, would be for another host than the other has answered.
 */
export const checkHost: Middleware = (ctx, next) => {
  if (hasSeveralHosts(ctx.req)) throw new ParleyError('request_refused', 'more than one Host header');
  return next();
};

export function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  // Names and values take turns.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}
