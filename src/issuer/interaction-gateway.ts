import { createHmac } from 'node:crypto';
import type { Context } from 'koa';
import { errors, type Interaction, type Provider, type Session } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import type { BrowserBinding } from './browser-binding.ts';
import type { ConsentMemory } from './consent-memory.ts';
import type { Wanted } from './grant-per-response.ts';

export interface GatewayOptions {
  provider: Provider;
  binding: BrowserBinding;
  consentMemory: ConsentMemory;
  endSession(session: Session): Promise<void>;
  /** Seconds since the epoch. */
  now(): number;
}

/** The pause in an authorization request, as the pages outside of this folder may see and end it. */
export function createInteractionGateway(options: GatewayOptions) {
  const { provider, binding } = options;

  async function finish(ctx: Context, interaction: Interaction, result: object): Promise<string> {
    const browser = binding.find(ctx);
    if (!browser) throw new ParleyError('interaction_lost', 'the browser did not send its binding cookie');
    interaction.result = { ...interaction.lastSubmission, ...result, browser };
    await interaction.save(interaction.exp - options.now());
    return interaction.returnTo;
  }

  return {
    async load(ctx: Context) {
      const interaction = await loadInteraction(provider, ctx);
      const { params } = interaction;
      const clientId = String(params['client_id']);
      const client = await provider.Client.find(clientId);
      const browser = binding.find(ctx);
      if (!client || !browser)
        throw new ParleyError('interaction_lost', 'the browser did not send its binding cookie');
      const wanted = missingConsent(interaction);
      return {
        uid: interaction.uid,
        prompt: stepOf(interaction),
        clientId,
        clientName: client.clientName ?? clientId,
        accountId: interaction.session?.accountId,
        loginHint: typeof params['login_hint'] === 'string' ? params['login_hint'] : undefined,
        scopes: [...wanted.scopes, ...Object.values(wanted.resources).flat()],
        claims: wanted.claims,
        redirectUri: String(
          params['response_mode'] === 'page_return' ? params['page_return_to'] : params['redirect_uri'],
        ),
        csrf: createHmac('sha256', browser).update(interaction.uid).digest('base64url'),
      };
    },

    async finishLogin(ctx: Context, login: { accountId: string; amr: string[] }): Promise<string> {
      const interaction = await loadInteraction(provider, ctx);
      const current = await provider.Session.get(ctx);
      if (current.accountId && current.accountId !== login.accountId) {
        // Another consumer takes this browser over: nothing of the former may remain in the same session.
        await options.endSession(current);
        interaction.session = undefined;
      }
      return finish(ctx, interaction, { login: { ...login, ts: options.now() } });
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
  };
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

/** Which page is due. A client that asked for `prompt=consent` gets the consent page even when nothing is new. */
function stepOf(interaction: Interaction): 'login' | 'consent' | 'continue' {
  const { name, reasons } = interaction.prompt;
  if (name !== 'consent') return 'login';
  const { scopes, claims, resources } = missingConsent(interaction);
  const nothingMissing = scopes.length + claims.length + Object.keys(resources).length === 0;
  return nothingMissing && !reasons.includes('consent_prompt') ? 'continue' : 'consent';
}

function missingConsent({ prompt }: Interaction): Wanted {
  const details = prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  return {
    scopes: details.missingOIDCScope ?? [],
    claims: details.missingOIDCClaims ?? [],
    resources: details.missingResourceScopes ?? {},
  };
}
