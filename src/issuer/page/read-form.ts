import { bodyParser } from '@koa/bodyparser';
import type { Context } from 'koa';

/** The state, a request's claims and a challenge fit; nothing that a page sends is longer. */
const parse = bodyParser({ enableTypes: ['form'], formLimit: '16kb', encoding: 'utf-8' });

/** The form of a POST as it was sent: order and repetitions stay. Another content type is an empty form. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  await parse(ctx, async () => {});
  const { rawBody } = ctx.request as { rawBody?: string };
  return new URLSearchParams(rawBody ?? '');
}
