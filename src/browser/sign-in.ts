import { type Answer, describeError } from './ask-issuer.ts';
import type { Call } from './calls.ts';
import type { Consumer } from './consumer.ts';
import type { Parley, ParleyIdentity } from './contract.ts';
import type { SignInAnew } from './sign-in-anew.ts';
import { waitForAnswer } from './sign-in-window.ts';

/** Calls of the platform that wait for a sign-in. */
export interface WaitingCalls {
  /** The newest call that a sign-in can answer by itself. */
  findWaiting(): Call | undefined;
  /** After a sign-in: the call that it was for gets its answer, the others ask again. */
  resume(served: Call | undefined, answer: Answer): void;
}

export interface SignInOptions {
  issuer: string;
  /** Of every authorization request: client, scope, redirect URI. */
  request: Record<string, string>;
  consumer: Consumer;
  anew: SignInAnew;
}

/** What Parley takes as a parameter, with room for the rest of the URL. */
const longestReturn = 1000;

/** Signs a consumer in, in a window or by way of Parley's page and back. */
export function createSignIn({ issuer, request, consumer, anew }: SignInOptions, chat: WaitingCalls) {
  let current: { window: Window; done: Promise<ParleyIdentity | null> } | undefined;

  const addressOf = (more: Record<string, string>) =>
    `${issuer}/auth?${new URLSearchParams({
      ...request,
      response_type: 'none',
      ...(anew.isRequired() && { prompt: 'login' }),
      ...more,
    })}`;

  function leavePage(): Promise<never> {
    const { href, origin, pathname } = location;
    const back = [href, origin + pathname, origin].find(({ length }) => length <= longestReturn);
    location.assign(addressOf({ response_mode: 'page_return', page_return_to: String(back) }));
    return new Promise(() => {});
  }

  async function finish(signIn: Window, call: Call | undefined) {
    let answer: Answer;
    try {
      answer = await waitForAnswer(signIn, new URL(issuer).origin);
      if (answer['error']) throw new Error(describeError(answer));
    } finally {
      if (current && current.window === signIn) current = undefined;
    }
    anew.release();
    consumer.beginTurn();
    const identity = await consumer.find().catch(() => null);
    chat.resume(call, answer);
    return identity;
  }

  const signIn: Parley['signIn'] = (mode) => {
    if (mode === 'redirect') return leavePage();
    if (!current || current.window.closed) {
      const call = chat.findWaiting();
      // A browser may keep our cookie from this page, so a waiting chat is answered by the window itself.
      const fields = { response_mode: 'page_message', page: location.origin, ...(call && call.request) };
      const opened = open(addressOf(fields), '_blank', 'popup,width=480,height=680');
      if (!opened) return leavePage();
      current = { window: opened, done: finish(opened, call) };
    }
    current.window.focus();
    return current.done;
  };
  return { signIn, isOpen: () => Boolean(current) };
}
