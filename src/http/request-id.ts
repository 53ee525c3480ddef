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
  return spell(randomInt(words)) + spell(randomInt(words));
}

/** How many words of five letters there are. */
const words = alphabet.length ** 5;

function spell(number: number): string {
  let word = '';
  for (let rest = number; word.length < 5; rest = Math.floor(rest / alphabet.length)) {
    word += alphabet[rest % alphabet.length];
  }
  return word;
}
