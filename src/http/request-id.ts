import { randomInt } from 'node:crypto';
import type { Middleware } from 'koa';

/** Letters and digits that survive a telephone call: no 0/O, 1/I/L. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/**
 * Gives each request its support id, which the consumer reads on a page, the integrator finds in the
 * `X-Request-Id` header and the operator in the log. An id sent from outside is not taken over: it would let
 * strangers write into the log.
 */
export const requestId: Middleware = (ctx, next) => {
  ctx.state['requestId'] = createSupportId();
  ctx.set('X-Request-Id', ctx.state['requestId']);
  return next();
};

export function createSupportId(): string {
  let id = '';
  for (let length = 0; length < 10; length += 1) id += alphabet[randomInt(alphabet.length)];
  return id;
}
