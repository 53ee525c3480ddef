import type { Context } from 'koa';
import { type Interaction, type Provider } from 'oidc-provider';
import type { SilentWays } from '../../directory/open-silent-ways.ts';
import type { SignInFacts } from '../sign-in-facts.ts';
import type { ConsumerOfRequest } from './consumer-of-request.ts';
import { fromBrandSession } from './statement.ts';

export interface BrandInInteractionOptions {
  provider: Provider;
  silentWays: SilentWays;
  consumerOfRequest: ConsumerOfRequest;
  /** Seconds since the epoch. */
  now(): number;
}

/** While a page of ours is due, the consumer may sign in, sign out or change at the brand. Rejects with ParleyError. */
export interface BrandInInteraction {
  /** Who is signed in at the brand by now; undefined where that would not do for what the request asks. */
  findLogin(
    ctx: Context,
    interaction: Interaction,
    freshSince: number | undefined,
  ): Promise<FinishedSignIn | undefined>;
  /** Whether the consumer of whom the page tells is still the one at this browser. */
  isSame(ctx: Context, interaction: Interaction): Promise<boolean>;
}

/** A finished sign-in in the library's words, with ours beside them. */
export interface FinishedSignIn {
  accountId: string;
  acr?: string | undefined;
  amr?: string[] | undefined;
  /** When our session begins, in seconds since the epoch. */
  ts: number;
  facts: SignInFacts;
}

/** Reasons for a sign-in that the brand's word can settle. With any other the request would come back here for ever. */
const settled: ReadonlySet<string> = new Set(['no_session', 'session_too_old', 'login_prompt', 'max_age']);

export function createBrandInInteraction(options: BrandInInteractionOptions): BrandInInteraction {
  const { provider, silentWays, consumerOfRequest, now } = options;
  return {
    async findLogin(ctx, { prompt }, freshSince) {
      if (!silentWays.brandSession || !prompt.reasons.every((reason) => settled.has(reason)))
        return undefined;
      const answer = await silentWays.brandSession.find(ctx.get('Cookie'));
      if (answer.kind !== 'signed-in') return undefined;
      const { beganAt, facts, ...consumer } = fromBrandSession(answer.consumer, now());
      const isFresh = freshSince === undefined || (facts.authTime ?? 0) >= freshSince;
      return isFresh ? { ...consumer, ts: beganAt, facts } : undefined;
    },

    async isSame(ctx, interaction) {
      if (!interaction.session?.accountId) return true;
      const session = await provider.Session.get(ctx);
      if (session.accountId !== interaction.session.accountId) return false;
      const clientId = String(interaction.params['client_id']);
      return consumerOfRequest.isSame({ session, cookieHeader: ctx.get('Cookie'), clientId });
    },
  };
}
