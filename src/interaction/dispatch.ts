import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import type { Context, Middleware, Next } from 'koa';
import type { Account, AccountDirectory } from '../directory/contract.ts';
import { ParleyError } from '../errors.ts';
import { checkSubmission } from './check-submission.ts';
import type { InteractionGateway, PendingInteraction } from './contract.ts';
import type { Pages } from './pages.ts';
import { showConsent, submitConsent } from './steps/consent.ts';
import { showContinue, submitContinue } from './steps/continue.ts';
import { showLogin, submitLogin } from './steps/login.ts';
import type { SignInAttempts } from './sign-in-attempts.ts';

export interface InteractionOptions {
  gateway: InteractionGateway;
  directory: AccountDirectory;
  attempts: SignInAttempts;
  pages: Pages;
  issuer: string;
  /** Scope → what it means to a consumer. */
  describeScope(scope: string): string;
  /** What a consumer is called on a page; undefined when the brand maps no name. */
  nameConsumer(account: Account, clientId: string): string | undefined;
}

/** What a step gets. Steps answer the page or the URL to go on at; they never call each other. */
export interface Step extends InteractionOptions {
  ctx: Context;
  interaction: PendingInteraction;
  /** Where the step's form goes. */
  action: string;
  form: Record<string, unknown>;
}

const show = { login: showLogin, consent: showConsent, continue: showContinue };
const submit = { login: submitLogin, consent: submitConsent, continue: submitContinue };

/**
 * The pause in an authorization request: which step is due is the interaction's own prompt, so a form of
 * another step, another tab or another browser finds nothing to act on.
 */
export function createInteractionRoutes(options: InteractionOptions): Middleware {
  const router = new Router();
  const path = new URL(options.issuer).pathname.replace(/\/$/, '');
  const form = bodyParser({ enableTypes: ['form'], formLimit: '8kb', encoding: 'utf-8' });

  const loadStep = async (ctx: Context): Promise<Step> => {
    const interaction = await options.gateway.load(ctx);
    const body = (ctx.request as { body?: Record<string, unknown> }).body ?? {};
    return { ...options, ctx, interaction, action: `${path}/interaction/${interaction.uid}`, form: body };
  };

  router.get('/interaction/:uid', async (ctx: Context) => {
    const step = await loadStep(ctx);
    await show[step.interaction.prompt](step);
  });
  router.post('/interaction/:uid', form, async (ctx: Context) => {
    const step = await loadStep(ctx);
    checkSubmission(step);
    const next = await submit[step.interaction.prompt](step);
    if (next) seeOther(ctx, next);
  });
  router.post('/interaction/:uid/cancel', form, async (ctx: Context) => {
    const step = await loadStep(ctx);
    checkSubmission(step);
    seeOther(ctx, await options.gateway.abort(ctx));
  });
  return showingLostInteractions(router.routes() as unknown as Middleware, options.pages);
}

function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(url);
}

/** The back button, an old bookmark, two tabs: an ended interaction is no error of the consumer's. */
function showingLostInteractions(routes: Middleware, pages: Pages): Middleware {
  return async (ctx: Context, next: Next) => {
    try {
      await routes(ctx, next);
    } catch (error) {
      if (!(error instanceof ParleyError && error.code === 'interaction_lost')) throw error;
      ctx.status = error.status;
      pages.sessionLost(ctx);
    }
  };
}
