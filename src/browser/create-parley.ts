import { announce } from './announce.ts';
import { createAskIssuer, describeError } from './ask-issuer.ts';
import { connectLivePerson } from './connect-liveperson.ts';
import { createConsumer } from './consumer.ts';
import type { Parley, ParleyOptions } from './contract.ts';
import { createLivePerson } from './liveperson.ts';
import { createSignIn } from './sign-in.ts';
import { createSignInAnew } from './sign-in-anew.ts';

/** One Parley for each issuer and client on a page, however many copies of the script it loads. */
export function createParley(options: ParleyOptions): Parley {
  const slot = Symbol.for(`parley ${options.issuer} ${options.client}`);
  const holder = window as unknown as Record<symbol, Parley | undefined>;
  return (holder[slot] = holder[slot] || build(options));
}

function build(options: ParleyOptions): Parley {
  const { issuer, client, method, redirectUri, flow = 'code' } = options;
  const ask = createAskIssuer(options);
  const anew = createSignInAnew(issuer);
  const request = {
    client_id: client,
    scope: 'openid',
    // What LivePerson sends to the token endpoint when the page names no other.
    redirect_uri: redirectUri || 'https://liveperson.net',
  };
  const consumer = createConsumer(ask, (identity, isFirst) => {
    if (identity) anew.release();
    announce('identity', identity);
    if (!isFirst) renewPage();
  });
  const liveperson = createLivePerson({
    ask,
    consumer,
    flow,
    request: { ...request, response_type: flow },
    redirectUri,
    isSigningIn: () => signing.isOpen(),
  });
  const renewPage = connectLivePerson(liveperson, method);
  const signing = createSignIn({ issuer, request, consumer, liveperson, anew });

  function forget(reason: string): void {
    consumer.beginTurn();
    liveperson.refuseAll(reason);
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
  addEventListener('pagehide', () => forget('the page was left'));
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void consumer.find().catch(() => {});
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key !== anew.key || !newValue) return;
    forget('the consumer signed out');
    void consumer.find().catch(() => {});
  });

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
