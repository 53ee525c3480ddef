import type { Context, Middleware } from 'koa';

/** No document elsewhere can load an answer of a brand without CORS; its scripts for pages say otherwise. */
export function setAnswerPolicy(ctx: Context): void {
  ctx.res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
}

export const answerPolicy: Middleware = (ctx, next) => {
  setAnswerPolicy(ctx);
  return next();
};
