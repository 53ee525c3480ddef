import type { Context } from 'koa';
import type { Interaction, Provider } from 'oidc-provider';
import type { BrandCookies } from './cookies.ts';

/**
 * The interaction that a request to `/auth/…` goes on with; undefined for every other request. The library finds it by
 * its cookie and never reads the id in the path, and so does this. Read once for each request.
 */
export type FindResumed = (ctx: Context) => Promise<Interaction | undefined>;

export function createFindResumed(provider: Provider, cookies: BrandCookies): FindResumed {
  const found = new WeakMap<Context, Promise<Interaction | undefined>>();
  const find = async (ctx: Context): Promise<Interaction | undefined> => {
    const uid = ctx.path.startsWith('/auth/') && ctx.cookies.get(cookies.names.resume, { signed: true });
    return uid ? provider.Interaction.find(uid) : undefined;
  };
  return (ctx) => {
    const interaction = found.get(ctx) ?? find(ctx);
    found.set(ctx, interaction);
    return interaction;
  };
}
