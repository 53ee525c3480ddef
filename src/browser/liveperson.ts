import { announce } from './announce.ts';
import { type Answer, describeError } from './ask-issuer.ts';
import { type Call, type Callback, type CallsOptions, type Challenge, createCalls } from './calls.ts';
import type { PageParts } from './start-page.ts';

export interface LivePersonOptions extends PageParts, CallsOptions {
  flow: 'code' | 'id_token';
}

export type LivePerson = ReturnType<typeof createLivePerson>;

/** Milliseconds. */
const patience = 5 * 60_000;

/** LivePerson's side of the page: its method for codes and ID tokens, and its identity function. */
export function createLivePerson(options: LivePersonOptions) {
  const { consumer, flow, request, redirectUri } = options;
  const calls = createCalls({ request: { ...request, response_type: flow }, redirectUri });
  const waiting = new Set<Call>();
  const serve = (call: Call) =>
    serveCall(options, waiting, call).catch((error: Error) => call.settle('', error.message));

  return {
    refuseAll: calls.refuseAll,

    getAuthenticationToken(callback: Callback, challenge?: Challenge): void {
      void serve(calls.begin(callback, challenge));
    },

    identify(tell: (identity: unknown) => void): void {
      void consumer.find().then(
        (who) => tell(who && { iss: who.iss, acr: 'loa1', sub: who.sub }),
        () => tell(null),
      );
    },

    findWaiting: (): Call | undefined => [...waiting].filter((call) => call.isOpen()).pop(),

    resume(served: Call | undefined, answer: Answer): void {
      const { known } = consumer;
      for (const call of waiting) {
        waiting.delete(call);
        const isOther = call.sub && call.sub !== (known && known.sub);
        if (isOther) call.settle('', 'another consumer has signed in');
        else if (call === served) settle(call, answer[flow], answer);
        else void serve(call);
      }
    },
  };
}

async function serveCall(
  { ask, consumer, flow, isSigningIn }: LivePersonOptions,
  waiting: Set<Call>,
  call: Call,
): Promise<void> {
  const who = consumer.known || (await consumer.find());
  if (who && call.isOpen()) {
    call.sub = who.sub;
    const { turn } = consumer;
    const answer = (await ask('authorize', { ...call.request, expected_sub: who.sub })) || {};
    if (turn !== consumer.turn) return call.settle('', 'the consumer changed meanwhile');
    if (answer['error'] !== 'login_required') return settle(call, answer[flow], answer);
    const now = await consumer.find();
    if (now && now.sub !== who.sub) return call.settle('', 'another consumer is signed in now');
  }
  if (!call.isOpen()) return undefined;
  const giveUp = () => call.settle('', 'sign_in_required');
  if (!isSigningIn() && announce('sign-in-required', null)) return giveUp();
  waiting.add(call);
  setTimeout(giveUp, patience);
}

function settle(call: Call, value: string | undefined, answer: Answer): void {
  if (value) call.settle(value);
  else call.settle('', describeError(answer));
}
