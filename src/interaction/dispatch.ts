import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import type { Context, Middleware, Next } from 'koa';
import type { AuditLog, CommonFacts } from '../audit/audit-log.ts';
import { requestFacts } from '../audit/request-facts.ts';
import type { Account, AccountDirectory } from '../directory/contract.ts';
import { ParleyError } from '../errors.ts';
import type { Log } from '../log.ts';
import { checkSubmission } from './check-submission.ts';
import type { InteractionGateway, PendingInteraction } from './contract.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import type { Pages } from './pages.ts';
import type { SecondFactor } from './second-factor.ts';
import { showWays } from './steps/choose-way.ts';
import { comeBack } from './steps/come-back.ts';
import { receiveAnswer } from './receive-answer.ts';
import { showConsent, submitConsent } from './steps/consent.ts';
import { showContinue, submitContinue } from './steps/continue.ts';
import { goAway } from './steps/go-away.ts';
import { showLogin, submitLogin } from './steps/login.ts';
import { showSecondFactor, submitSecondFactor } from './steps/second-factor.ts';
import type { SignInAttempts } from './sign-in-attempts.ts';
import { findWay, type SignInWay } from './ways.ts';

export interface InteractionOptions {
  gateway: InteractionGateway;
  directory: AccountDirectory;
  /** The first is taken unless the consumer chooses another. Empty: consumers sign in without a page, or not at all. */
  ways: readonly SignInWay[];
  attempts: SignInAttempts;
  knownBrowsers: KnownBrowsers;
  audit: AuditLog;
  secondFactor: SecondFactor;
  pages: Pages;
  issuer: string;
  log: Log;
  /** Scope → what it means to a consumer. */
  describeScope(scope: string): string;
  /** What a consumer is called on a page; undefined when the brand maps no name. */
  nameConsumer(account: Account, clientId: string): string | undefined;
}

/** What a step gets. Steps answer the page or the URL to go on at; they never call each other. */
export interface Step extends InteractionOptions {
  ctx: Context;
  interaction: PendingInteraction;
  /** The interaction's address. */
  base: string;
  /** Where the step's form goes. */
  action: string;
  /** The way to sign in that is being gone; undefined where the brand has none with a page. */
  way: SignInWay | undefined;
  form: Record<string, unknown>;
  /** What each audit event of this step says. */
  facts: CommonFacts;
}

/** @returns where to go on, or undefined when a page is shown */
type Act = (step: Step) => Promise<string | undefined>;

type StepName = 'password' | 'second-factor' | 'away' | 'no-way' | 'consent' | 'continue';

const show: Record<StepName, Act> = {
  password: showLogin,
  'second-factor': showSecondFactor,
  away: goAway,
  'no-way': ({ gateway, ctx }) => gateway.refuseLogin(ctx),
  consent: showConsent,
  continue: showContinue,
};

const submit: Partial<Record<StepName, Act>> = {
  password: submitLogin,
  'second-factor': submitSecondFactor,
  consent: submitConsent,
  continue: submitContinue,
};

/**
 * The pause in an authorization request. Which step is due follows from the interaction's own prompt, from what it
 * remembers in this browser and from the way that is gone, so a form of another step, another tab or another
 * browser finds nothing to act on.
 */
export function createInteractionRoutes(options: InteractionOptions): Middleware {
  const router = new Router();
  const path = new URL(options.issuer).pathname.replace(/\/$/, '');
  const form = bodyParser({ enableTypes: ['form'], formLimit: '8kb', encoding: 'utf-8' });

  const answerForm = bodyParser({ enableTypes: ['form'], formLimit: '16kb', encoding: 'utf-8' });

  const loadStep = async (ctx: Context): Promise<Step> => {
    const interaction = await options.gateway.load(ctx);
    const { way: chosen } = ctx['params'];
    const way = chosen === undefined ? options.ways[0] : findWay(options.ways, chosen);
    if (chosen !== undefined && (!way || interaction.prompt !== 'login')) throw new ParleyError('not_found');
    const base = `${path}/interaction/${interaction.uid}`;
    const action = chosen === undefined ? base : `${base}/with/${chosen}`;
    const body = (ctx.request as { body?: Record<string, unknown> }).body ?? {};
    const facts = { ...requestFacts(ctx), clientId: interaction.clientId };
    return { ...options, ctx, interaction, way, base, action, form: body, facts };
  };

  const showDue = async (ctx: Context): Promise<void> => {
    const step = await loadStep(ctx);
    const isDefault = ctx['params'].way === undefined && step.interaction.prompt === 'login';
    const next = isDefault ? await options.gateway.signInAtBrand(ctx) : undefined;
    if (next !== undefined) return seeOther(ctx, next);
    await act(step, show[await findDue(step)]);
  };
  const submitDue = async (ctx: Context): Promise<void> => {
    const step = await loadStep(ctx);
    checkSubmission(step);
    const run = submit[await findDue(step)];
    if (!run) throw new ParleyError('form_expired', 'no form is due');
    await act(step, run);
  };

  for (const address of ['/interaction/:uid', '/interaction/:uid/with/:way']) {
    router.get(address, showDue);
    router.post(address, form, submitDue);
  }
  router.get('/interaction/:uid/ways', async (ctx: Context) => act(await loadStep(ctx), showWays));
  router.get('/interaction/:uid/back', async (ctx: Context) => act(await loadStep(ctx), comeBack));
  router.post('/interaction/:uid/cancel', form, async (ctx: Context) => {
    const step = await loadStep(ctx);
    checkSubmission(step);
    const { prompt, accountId } = step.interaction;
    options.audit.record('consent.refused', { ...step.facts, accountId, prompt });
    seeOther(ctx, await options.gateway.abort(ctx));
  });
  for (const way of options.ways) {
    if (way.kind !== 'away') continue;
    router.all(`/login/${way.id}`, answerForm, async (ctx: Context) => {
      const { interactionUid, answer } = await receiveAnswer(ctx, way.login);
      const back = `${path}/interaction/${encodeURIComponent(interactionUid)}/back?${answer.toString()}`;
      // Browsers apply the upstream page's form-action to each redirect that follows its form, up to the client's own
      // address, of which the upstream knows nothing: here its chain ends.
      if (way.login.method === 'GET') options.pages.onward(ctx, back);
      else seeOther(ctx, back);
    });
  }
  const routes = showingLostInteractions(router.routes() as unknown as Middleware, options.pages);
  return (ctx, next) => (mayBeOurs.test(ctx.path) ? routes(ctx, next) : next());
}

/** Most requests are for the library: they are not compared with each route. */
const mayBeOurs = /^\/(?:interaction|login)\//;

async function act(step: Step, run: Act): Promise<void> {
  const next = await run(step);
  if (next !== undefined) seeOther(step.ctx, next);
}

async function findDue({ ctx, gateway, interaction: { prompt }, way }: Step): Promise<StepName> {
  if (prompt !== 'login') return prompt;
  if (!way) return 'no-way';
  if (way.kind === 'away') return 'away';
  return (await gateway.recall(ctx, 'first-factor')) ? 'second-factor' : 'password';
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
