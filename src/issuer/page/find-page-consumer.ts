import type { Provider, Session } from 'oidc-provider';
import type { ConsentMemory } from '../consent-memory.ts';
import type { Consumers } from '../consumers.ts';
import type { BrandCookies } from '../cookies.ts';
import { endOfSession } from '../session-age.ts';
import type { ConsumerOfRequest } from '../sign-in/consumer-of-request.ts';
import { findLoginHint } from './find-login-hint.ts';
import type { FindPageConsumer, PageCall } from './page-call.ts';

export interface FindPageConsumerOptions {
  provider: Provider;
  consumers: Consumers;
  consentMemory: ConsentMemory;
  consumerOfRequest: ConsumerOfRequest;
  cookies: BrandCookies;
  /** Seconds. */
  lifetimes: { idle: number; absolute: number };
  /** Seconds since the epoch. */
  now(): number;
  endSession(session: Session): Promise<void>;
}

/**
 * For whom a page asks: our session, an assertion that the page brings, or the brand's own session. A consumer who is
 * found anew gets a session; one who has left or changed at the brand loses it here.
 */
export function createFindPageConsumer(options: FindPageConsumerOptions): FindPageConsumer {
  const { provider, consumers } = options;
  return async (call) => {
    const client = await provider.Client.find(call.client.id);
    const session = await settle(options, call);
    const { accountId } = session;
    if (!client || !accountId || !(await mayKnow(options, call, accountId))) return undefined;
    const findSubject = () => consumers.findSubject(session, client);
    const sub = await findSubject();
    const isStillSignedIn = async () => (await findSubject()) !== undefined;
    return sub === undefined ? undefined : { accountId, sub, session, isStillSignedIn };
  };
}

async function settle(options: FindPageConsumerOptions, { ctx, client, form }: PageCall): Promise<Session> {
  const { provider, consumerOfRequest, cookies, lifetimes, now } = options;
  const session = await provider.Session.get(ctx);
  const arrival = {
    session,
    cookieHeader: ctx.get('Cookie'),
    clientId: client.id,
    loginHintToken: findLoginHint(form),
  };
  const settled = await consumerOfRequest.settle(arrival, options);
  if (settled === session && !arrival.loginHintToken) return session;
  if (!settled.accountId) {
    ctx.cookies.set(cookies.names.session, null, cookies.long);
    return settled;
  }
  const end = endOfSession(settled, lifetimes.absolute) ?? now();
  await settled.save(Math.max(1, Math.min(lifetimes.idle, end - now())));
  ctx.cookies.set(cookies.names.session, settled.jti, cookies.long);
  return settled;
}

/** A client that is not the brand's own learns who is there only from a consumer who said so. */
async function mayKnow(
  { consentMemory }: FindPageConsumerOptions,
  { client }: PageCall,
  accountId: string,
): Promise<boolean> {
  if (client.first_party) return true;
  return (await consentMemory.find(accountId, client.id))?.scopes.includes('openid') ?? false;
}
