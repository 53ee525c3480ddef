import type { Context } from 'koa';
import { z } from 'zod';
import type { Flow } from '../liveperson/connector.ts';
import type { PopupAnswer } from '../liveperson/popup-window.ts';

/** Reads the bodies that the demo's own scripts post; anything else is a 400. */
type WithBody = Pick<Context, 'request' | 'throw'>;

const word = z.string().max(20_000).optional();
const text = z.object({ text: z.string().max(4000) });
const flow = z.object({ flow: z.enum(['code', 'pkce', 'implicit']) });
const windowAnswer = z.object({
  state: z.string().max(8000),
  code: word,
  id_token: word,
  error: z.string().max(100).optional(),
});

export const parseText = (ctx: WithBody): string => parse(text, ctx).text;
export const parseFlow = (ctx: WithBody): Flow => parse(flow, ctx).flow;
export const parseWindowAnswer = (ctx: WithBody): PopupAnswer => {
  const { state, ...rest } = parse(windowAnswer, ctx);
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { state, ...Object.fromEntries(given) };
};

function parse<Output>(schema: z.ZodType<Output>, ctx: WithBody): Output {
  const result = schema.safeParse(ctx.request.body);
  return result.success ? result.data : ctx.throw(400, 'not a message of this page');
}
