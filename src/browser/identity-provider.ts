import { type Answer, describeError } from './ask-issuer.ts';
import type { LiveChatIdentityProvider, LiveChatToken } from './livechat-contract.ts';
import type { PageParts } from './start-page.ts';

/**
 * LiveChat's custom identity provider, for one widget and so for one consumer. Nothing is kept on the page: each call
 * asks Parley, which keeps the token, so no call can answer with a token of somebody who has left.
 */
export function createIdentityProvider({
  ask,
  consumer,
}: Pick<PageParts, 'ask' | 'consumer'>): LiveChatIdentityProvider {
  /** Whom the widget is for. */
  let sub: string | undefined;
  let fresh: { turn: number; token: Promise<LiveChatToken> } | undefined;

  /** @returns undefined when nobody is signed in, or not the one whom the page knows */
  async function askForConsumer(endpoint: string): Promise<Answer | undefined> {
    const who = consumer.known || (await consumer.find());
    if (!who || who.sub !== (sub = sub || who.sub)) return undefined;
    const { turn } = consumer;
    const answer = (await ask(`livechat/${endpoint}`, { expected_sub: who.sub })) || {};
    if (turn !== consumer.turn) return undefined;
    const { error } = answer;
    if (error === 'login_required') {
      // The page has to learn who is there now.
      await consumer.find();
      return undefined;
    }
    if (error)
      throw fail(passing.test(error) ? 'temporarily_unavailable' : 'server_error', describeError(answer));
    return answer;
  }

  async function askForToken(endpoint: string): Promise<LiveChatToken> {
    const answer = await askForConsumer(endpoint);
    if (!answer) throw Object.assign(fail('login_required'), { code: 'SSO_IDENTITY_EXCEPTION' });
    if (!answer['accessToken']) throw fail('server_error', 'Parley answered without a token');
    return answer as unknown as LiveChatToken;
  }

  async function getFreshToken(): Promise<LiveChatToken> {
    if (!fresh || fresh.turn !== consumer.turn) {
      const mine = { turn: consumer.turn, token: askForToken('fresh') };
      fresh = mine;
      const end = () => {
        if (fresh === mine) fresh = undefined;
      };
      mine.token.then(end, end);
    }
    return fresh.token;
  }

  return {
    getToken: () =>
      // LiveChat reconnects while the new token is on its way: the old one would be refused again.
      inWords(fresh && fresh.turn === consumer.turn ? fresh.token : askForToken('token')),
    getFreshToken: () => inWords(getFreshToken()),
    hasToken: () => inWords(askForConsumer('has').then((answer) => Boolean(answer && answer['has_token']))),
    invalidate: () => inWords(askForConsumer('invalidate').then(() => undefined)),
  };
}

/** In the issuer's words. */
const passing = /^(temporarily_unavailable|too_many_tokens)$/;

/** LiveChat knows one word for what passes; the network is one of those things. */
function inWords<T>(promise: Promise<T>): Promise<T> {
  const told = promise.catch((error: Error & { cause?: unknown }) => {
    throw error.cause ? error : fail('temporarily_unavailable', error.message);
  });
  // LiveChat's SDK asks for fresh tokens without listening: a failure would be an error of the brand's page.
  told.catch(() => {});
  return told;
}

function fail(message: string, cause = 'nobody is signed in, or somebody else'): Error {
  return Object.assign(new Error(message), { cause });
}
