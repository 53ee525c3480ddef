import type { Context } from 'koa';
import { setPagePolicy } from '../http/page-policy.ts';
import { pageMessageScriptHash } from './views/page-message.ts';
import { styleHash } from './views/style.ts';
import type { Views } from './views/views.ts';

/** The views as answers to one brand's requests: HTML, the page's policy, the support id. */
export function createPages(views: Views, brandName: string) {
  const page = (ctx: Context) => ({ brandName, supportId: String(ctx.state['requestId']) });
  return {
    login(
      ctx: Context,
      model: Omit<Parameters<Views['login']>[0], 'brandName' | 'supportId'>,
      redirectUri: string,
    ): void {
      show(ctx, views.login({ ...page(ctx), ...model }), { formTargets: [redirectUri] });
    },
    secondFactor(
      ctx: Context,
      model: Omit<Parameters<Views['secondFactor']>[0], 'brandName' | 'supportId'>,
      redirectUri: string,
    ): void {
      show(ctx, views.secondFactor({ ...page(ctx), ...model }), { formTargets: [redirectUri] });
    },
    ways(
      ctx: Context,
      model: Omit<Parameters<Views['ways']>[0], 'brandName' | 'supportId'>,
      redirectUri: string,
    ): void {
      show(ctx, views.ways({ ...page(ctx), ...model }), { formTargets: [redirectUri] });
    },
    consent(
      ctx: Context,
      model: Omit<Parameters<Views['consent']>[0], 'brandName' | 'supportId'>,
      redirectUri: string,
    ): void {
      show(ctx, views.consent({ ...page(ctx), ...model }), { formTargets: [redirectUri] });
    },
    continue(
      ctx: Context,
      model: Omit<Parameters<Views['continue']>[0], 'brandName' | 'supportId'>,
      redirectUri: string,
    ): void {
      show(ctx, views.continue({ ...page(ctx), ...model }), { formTargets: [redirectUri] });
    },
    logout(
      ctx: Context,
      model: { action: string; xsrf: string; clientName: string | undefined; returnTo: string | undefined },
    ): void {
      const { clientName, returnTo, ...form } = model;
      show(ctx, views.logout({ ...page(ctx), ...form, ...(clientName && { clientName }) }), {
        formTargets: [returnTo],
      });
    },
    /** Goes on at once, as a navigation of its own. */
    onward(ctx: Context, href: string): void {
      ctx.status = 200;
      ctx.set('Refresh', `0; url=${href}`);
      show(ctx, views.onward({ ...page(ctx), href }));
    },
    issuers: (ctx: Context, model: Parameters<Views['issuers']>[0]): void => show(ctx, views.issuers(model)),
    signedOut: (ctx: Context): void => show(ctx, views.signedOut(page(ctx))),
    pageMessage(ctx: Context, model: { message: Record<string, unknown>; origin: string }): void {
      show(ctx, views.pageMessage({ ...page(ctx), ...model }), { scriptHash: pageMessageScriptHash });
    },
    sessionLost: (ctx: Context): void => show(ctx, views.sessionLost(page(ctx))),
    error(
      ctx: Context,
      model: { sentence: string; integrator?: { error: string; error_description: string } },
    ): void {
      const { integrator } = model;
      const details = integrator && { error: integrator.error, description: integrator.error_description };
      const retry = findRetry(ctx);
      show(
        ctx,
        views.error({
          ...page(ctx),
          sentence: model.sentence,
          ...(retry !== undefined && { retry }),
          ...(details && { integrator: details }),
        }),
      );
    },
  };
}

/** Something was briefly away: the same address may work in a moment. Two slashes would begin another host's address. */
function findRetry(ctx: Context): string | undefined {
  const isRepeatable = ctx.status === 503 && ctx.method === 'GET';
  return isRepeatable && /^\/(?![/\\])/.test(ctx.originalUrl) ? ctx.originalUrl : undefined;
}

export type Pages = ReturnType<typeof createPages>;

function show(
  ctx: Context,
  html: string,
  policy: { formTargets?: readonly (string | undefined)[]; scriptHash?: string } = {},
): void {
  const formTargets = (policy.formTargets ?? []).filter((target) => target !== undefined);
  setPagePolicy(ctx, { ...policy, styleHash, formTargets });
  ctx.type = 'html';
  ctx.body = html;
}
