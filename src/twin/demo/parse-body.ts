import type { Context } from 'koa';
import { z } from 'zod';
import type { PageIdentity } from '../liveperson/liveperson-server.ts';
import type { PopupAnswer } from '../liveperson/popup-window.ts';

/** Reads the bodies that the demo's own scripts post; anything else is a 400. */
type WithBody = Pick<Context, 'request' | 'throw'>;

const word = z.string().max(20_000).optional();
const text = z.object({ text: z.string().max(4000) });
const connector = z.object({
  platform: z.enum(['liveperson', 'livechat']).optional(),
  flow: z.enum(['code', 'pkce', 'implicit']).optional(),
  style: z.enum(['embedded', 'popup']).optional(),
});
const id = z.string().max(300);
const introduction = z.object({ identity: z.object({ iss: id, acr: id, sub: id }).nullable() });
/** LivePerson's window judges what the page told it; here only its size counts. */
const told = z.object({ question: id, told: z.array(z.unknown()).max(2) });
const windowAnswer = z.object({
  state: z.string().max(8000),
  code: word,
  id_token: word,
  error: z.string().max(100).optional(),
});

export const parseText = (ctx: WithBody): string => parse(text, ctx).text;
export const parseConnector = (ctx: WithBody): z.output<typeof connector> => parse(connector, ctx);
export const parseIdentity = (ctx: WithBody): PageIdentity | null => parse(introduction, ctx).identity;
export const parseTold = (ctx: WithBody): z.output<typeof told> => parse(told, ctx);
export const parseWindowAnswer = (ctx: WithBody): PopupAnswer => {
  const { state, ...rest } = parse(windowAnswer, ctx);
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { state, ...Object.fromEntries(given) };
};

function parse<Output>(schema: z.ZodType<Output>, ctx: WithBody): Output {
  const result = schema.safeParse(ctx.request.body);
  return result.success ? result.data : ctx.throw(400, 'not a message of this page');
}
