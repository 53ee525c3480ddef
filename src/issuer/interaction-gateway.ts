import type { Context } from 'koa';
import { errors, type Interaction, type Provider, type Session } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import type { BrowserBinding } from './browser-binding.ts';
import type { ConsentMemory } from './consent-memory.ts';
import type { BrandInInteraction, FinishedSignIn } from './sign-in/brand-in-interaction.ts';
import type { InteractionMemory, Place } from './interaction-memory.ts';
import { describeInteraction, isAcrUnmet, missingConsent, freshSince } from './pending-interaction.ts';
import type { SignInFacts } from './sign-in-facts.ts';

export interface GatewayOptions {
  provider: Provider;
  binding: BrowserBinding;
  consentMemory: ConsentMemory;
  interactionMemory: InteractionMemory;
  brand: BrandInInteraction;
  endSession(session: Session): Promise<void>;
  /** Seconds since the epoch. */
  now(): number;
}

interface SignIn {
  accountId: string;
  amr?: string[] | undefined;
  acr?: string | undefined;
  away?: { issuedAt: number; authTime: number | undefined; endsAt: number | undefined } | undefined;
  provedAt?: number | undefined;
}

/** The pause in an authorization request, as the pages outside of this folder may see and end it. */
export function createInteractionGateway(options: GatewayOptions) {
  const { provider, binding, interactionMemory } = options;
  const loaded = new WeakMap<Context, Promise<Interaction>>();

  /** One page of an interaction reads it once; what ends it reads it anew, for another tab may have ended it. */
  function currentInteraction(ctx: Context): Promise<Interaction> {
    const interaction = loaded.get(ctx) ?? loadInteraction(provider, ctx);
    loaded.set(ctx, interaction);
    return interaction;
  }

  function loadBrowser(ctx: Context): string {
    const browser = binding.find(ctx);
    if (!browser) throw new ParleyError('interaction_lost', 'the browser did not send its binding cookie');
    return browser;
  }

  async function placeOf(ctx: Context, name: string): Promise<{ place: Place; remaining: number }> {
    const { uid, exp } = await currentInteraction(ctx);
    return {
      place: { interactionUid: uid, browser: loadBrowser(ctx), name },
      remaining: Math.max(1, exp - options.now()),
    };
  }

  async function finish(ctx: Context, interaction: Interaction, result: object): Promise<string> {
    const browser = loadBrowser(ctx);
    interaction.result = { ...interaction.lastSubmission, ...result, browser };
    await interaction.save(interaction.exp - options.now());
    return interaction.returnTo;
  }

  async function finishLogin(ctx: Context, interaction: Interaction, login: FinishedSignIn): Promise<string> {
    if (isAcrUnmet(interaction, login.acr)) {
      interaction.lastSubmission = undefined;
      return finish(ctx, interaction, {
        error: 'unmet_authentication_requirements',
        error_description: 'the requested acr could not be obtained',
      });
    }
    const current = await provider.Session.get(ctx);
    if (current.accountId && current.accountId !== login.accountId) {
      // Another consumer takes this browser over: nothing of the former may remain in the same session.
      await options.endSession(current);
      interaction.session = undefined;
    }
    return finish(ctx, interaction, { login });
  }

  return {
    async load(ctx: Context) {
      const interaction = await currentInteraction(ctx);
      const client = await provider.Client.find(String(interaction.params['client_id']));
      const browser = loadBrowser(ctx);
      if (!client) throw new ParleyError('interaction_lost', 'the client is not there any more');
      const described = describeInteraction(interaction, { client, now: options.now(), browser });
      // A page that asks the former consumer shows the next one a name, and would act for both.
      if (described.prompt !== 'login' && !(await options.brand.isSame(ctx, interaction)))
        throw new ParleyError('interaction_lost', 'another consumer is at this browser');
      return described;
    },

    async finishLogin(ctx: Context, { away, provedAt, ...login }: SignIn): Promise<string> {
      // What was told before a sign-out must not outlive it. It answers this interaction, and so is no older, however
      // slow the clock over there is: else a consumer who has just signed out would be sent there again and again.
      const interaction = await loadInteraction(provider, ctx);
      const told = Math.max(interaction.iat, Math.floor(away?.issuedAt ?? provedAt ?? options.now()));
      const ts = Math.min(options.now(), told);
      return finishLogin(ctx, interaction, { ...login, ts, facts: factsOf(away, options.now()) });
    },

    async signInAtBrand(ctx: Context): Promise<string | undefined> {
      const interaction = await loadInteraction(provider, ctx);
      const since = freshSince(interaction, options.now());
      const login = await options.brand.findLogin(ctx, interaction, since);
      return login && finishLogin(ctx, interaction, login);
    },

    async finishConsent(ctx: Context): Promise<string> {
      const interaction = await loadInteraction(provider, ctx);
      const accountId = interaction.session?.accountId;
      if (!accountId) throw new ParleyError('interaction_lost', 'consent without a signed-in consumer');
      const allowed = missingConsent(interaction);
      await options.consentMemory.remember(accountId, String(interaction.params['client_id']), allowed);
      return finish(ctx, interaction, { consent: {} });
    },

    async finishContinue(ctx: Context): Promise<string> {
      const interaction = await loadInteraction(provider, ctx);
      return finish(ctx, interaction, { consent: {} });
    },

    async askForOther(ctx: Context): Promise<string> {
      const interaction = await loadInteraction(provider, ctx);
      const { prompt } = interaction.params;
      const prompts = typeof prompt === 'string' ? prompt.split(' ') : [];
      // Whoever is signed in stays until the other one has signed in.
      interaction.params['prompt'] = [...new Set(['login', ...prompts])].join(' ');
      interaction.lastSubmission = undefined;
      return finish(ctx, interaction, {});
    },

    async abort(ctx: Context): Promise<string> {
      const interaction = await loadInteraction(provider, ctx);
      interaction.lastSubmission = undefined;
      return finish(ctx, interaction, {
        error: 'access_denied',
        error_description: 'the consumer did not continue',
      });
    },

    async refuseLogin(ctx: Context): Promise<string> {
      const interaction = await loadInteraction(provider, ctx);
      return finish(ctx, interaction, {
        error: 'login_required',
        error_description: 'consumers sign in at the brand, without a page of this issuer',
      });
    },

    async remember(
      ctx: Context,
      name: string,
      value: Record<string, unknown>,
      atMost = Number.POSITIVE_INFINITY,
    ): Promise<void> {
      const { place, remaining } = await placeOf(ctx, name);
      const record = { ...value, rememberedAt: options.now() };
      await interactionMemory.save(place, record, Math.min(remaining, atMost));
    },
    async recall(ctx: Context, name: string) {
      return interactionMemory.find((await placeOf(ctx, name)).place);
    },
    async take(ctx: Context, name: string) {
      return interactionMemory.take((await placeOf(ctx, name)).place);
    },
  };
}

function factsOf(away: SignIn['away'], now: number): SignInFacts {
  if (!away) return { way: 'password' };
  const { authTime, endsAt } = away;
  // A clock that runs ahead makes no sign-in newer than now.
  const told = authTime === undefined ? null : Math.min(Math.floor(authTime), now);
  return { way: 'away', authTime: told, endsAt };
}

async function loadInteraction(provider: Provider, ctx: Context): Promise<Interaction> {
  try {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    if (interaction.uid !== ctx['params'].uid)
      throw new ParleyError('interaction_lost', 'another interaction is current');
    return interaction;
  } catch (error) {
    if (error instanceof errors.SessionNotFound)
      throw new ParleyError('interaction_lost', error.error_description);
    throw error;
  }
}
