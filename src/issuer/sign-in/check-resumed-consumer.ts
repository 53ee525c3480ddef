import type { Context, Middleware, Next } from 'koa';
import { type Provider, type Session } from 'oidc-provider';
import type { FindResumed } from '../resumed-interaction.ts';
import type { ConsumerOfRequest } from './consumer-of-request.ts';

export interface CheckResumedConsumerOptions {
  provider: Provider;
  findResumed: FindResumed;
  consumerOfRequest: ConsumerOfRequest;
  endSession(session: Session): Promise<void>;
}

/**
 * A consumer may leave or change at the brand while a page of ours is open. Before the request goes on, the brand is
 * asked again; where the answer has changed, the session ends, and the library finds that the request has lost it.
 * A sign-in that was just finished is the newer word; before a consent it was finished earlier.
 */
export function checkResumedConsumer(options: CheckResumedConsumerOptions): Middleware {
  const { provider, findResumed, consumerOfRequest, endSession } = options;
  return async (ctx: Context, next: Next) => {
    const interaction = await findResumed(ctx);
    const isSignIn = interaction?.prompt.name === 'login' && interaction.result?.['login'];
    if (interaction && !isSignIn) {
      const session = await provider.Session.get(ctx);
      const clientId = String(interaction.params['client_id']);
      const arrival = { session, cookieHeader: ctx.get('Cookie'), clientId };
      if (session.accountId && !(await consumerOfRequest.isSame(arrival))) await endSession(session);
    }
    await next();
  };
}
