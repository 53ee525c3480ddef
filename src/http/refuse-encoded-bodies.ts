import type { Middleware } from 'koa';
import { ParleyError } from '../errors.ts';

/** No form of the protocol is large enough to be compressed; inflating a stranger's bytes is a risk for nothing. */
export const refuseEncodedBodies: Middleware = (ctx, next) => {
  const encoding = ctx.get('Content-Encoding');
  if (encoding && encoding.toLowerCase() !== 'identity') {
    throw new ParleyError('request_refused', `Content-Encoding ${encoding.slice(0, 40)}`);
  }
  return next();
};
