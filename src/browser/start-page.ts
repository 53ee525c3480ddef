import { announce } from './announce.ts';
import { type AskIssuer, createAskIssuer, describeError } from './ask-issuer.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import type { Parley, ParleyIdentity, ParleyOptions } from './contract.ts';
import { createSignIn, type WaitingCalls } from './sign-in.ts';
import { createSignInAnew } from './sign-in-anew.ts';

/** Why calls are refused while the browser goes elsewhere: the page may come back as it was. */
export const pageWasLeft = 'the page was left';

/** A platform's side of the page. */
export interface Chat extends WaitingCalls {
  /** Nothing that was asked for a former consumer is answered any more. */
  refuseAll(reason: string): void;
  /** Somebody is signed in whom the page did not know, or nobody is any more. */
  renew(identity: ParleyIdentity | null, isFirst: boolean): void;
}

export interface PageParts {
  ask: AskIssuer;
  consumer: Consumer;
  /** Of every authorization request: client, scope, redirect URI. */
  request: Record<string, string>;
  /** Whether the consumer is signing in at this moment. */
  isSigningIn(): boolean;
}

export interface PageOptions extends Pick<ParleyOptions, 'issuer' | 'client' | 'assertion'> {
  redirectUri: string;
  createChat(parts: PageParts): Chat;
}

/** One object for each issuer and client on a page, however many copies of the script it loads. */
export function startPage(options: PageOptions): Parley {
  const slot = Symbol.for(`parley ${options.issuer} ${options.client}`);
  const holder = window as unknown as Record<symbol, Parley | undefined>;
  return (holder[slot] = holder[slot] || build(options));
}

function build(options: PageOptions): Parley {
  const { issuer } = options;
  const ask = createAskIssuer(options);
  const anew = createSignInAnew(issuer);
  const request = { client_id: options.client, scope: 'openid', redirect_uri: options.redirectUri };
  const consumer = createConsumer(ask, (identity, isFirst) => {
    if (identity) anew.release();
    announce('identity', identity);
    chat.renew(identity, isFirst);
  });
  const parts = { issuer, ask, anew, consumer, request, isSigningIn: () => signing.isOpen() };
  const chat = options.createChat(parts);
  const signing = createSignIn(parts, chat);

  function forget(reason: string): void {
    consumer.beginTurn();
    chat.refuseAll(reason);
  }

  function lookAgain(): void {
    void consumer.find().catch(() => {});
  }

  async function signOut(): Promise<void> {
    forget('the consumer signed out');
    anew.require();
    const ending = ask('sign-out');
    consumer.waitFor(ending);
    const answer = await ending;
    if (answer && answer['error']) throw new Error(describeError(answer));
    // Once more, for the other pages at this device: only now their question finds nobody.
    anew.require();
    announce('signed-out', null);
    await consumer.find();
  }

  // The page may be shown again to another consumer, by the back button and as it was.
  addEventListener('pagehide', () => forget(pageWasLeft));
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) lookAgain();
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key !== anew.key || !newValue) return;
    forget('the consumer signed out');
    lookAgain();
  });
  // Another platform's script on this page has its own question about the same consumer.
  addEventListener('parley:identity', lookAgain);

  return {
    signIn: signing.signIn,
    signOut,
    identity: consumer.find,
    on(name, listener) {
      const type = `parley:${name}` as keyof WindowEventMap;
      addEventListener(type, listener as EventListener);
      return () => removeEventListener(type, listener as EventListener);
    },
  };
}
