import { join } from 'node:path';
import type { RouterContext } from '@koa/router';
import { send } from '@koa/send';

/** The demo's scripts and style, as they lie in the folder beside this file. */
const root = join(import.meta.dirname, 'assets');

export async function sendAsset(ctx: RouterContext): Promise<void> {
  const { file = '' } = ctx.params;
  if (!/^[a-z-]+\.(js|css|svg)$/.test(file)) ctx.throw(404);
  await send(ctx, file, { root });
}
