import { z } from 'zod';
import type { Flow } from './connector.ts';
import type { Exchange } from './exchange.ts';
import type { LivePersonServer, Outcome, PageIdentity } from './liveperson-server.ts';
import { createPkce } from './pkce.ts';
import { LivePersonRefusal, type RefusalReason } from './refusal.ts';

/**
 * LivePerson's embedded window: its tag calls the method of the brand's page and brings here what that called back.
 * The verifier never leaves; what the page's identity function says must be what the token says.
 */
export interface EmbeddedWindow {
  ask(): PendingQuestion;
  /** @param told the arguments with which the page called back */
  receive(question: PendingQuestion, told: readonly unknown[], identity: unknown): Promise<EmbeddedOutcome>;
}

export interface PendingQuestion {
  /** The second argument of the page's method, with PKCE on. */
  codeChallenge?: string;
  codeVerifier?: string;
}

/** `declined`: the page called back with a reason of its own; the chat stays a guest's. */
export type EmbeddedOutcome = Outcome | { kind: 'declined'; reason: string };

export interface EmbeddedWindowOptions {
  jwtIssuer: string;
  /** The connector's "JS method name". */
  methodName: string;
  flow: Flow;
  server: LivePersonServer;
  randomBytes: (size: number) => Buffer;
}

/** What LivePerson tells the token endpoint when the page names no redirect URI. */
const assumedRedirectUri = 'https://liveperson.net';

const word = z.string().min(1);
const identitySchema = z.object({ iss: word, acr: word, sub: word });
const toldSchema = z.union([
  word.transform((ssoKey) => ({ ssoKey, redirect_uri: assumedRedirectUri })),
  z.object({ ssoKey: word, redirect_uri: z.url().default(assumedRedirectUri) }),
]);

export function createEmbeddedWindow(options: EmbeddedWindowOptions): EmbeddedWindow {
  const { flow, jwtIssuer, server } = options;

  async function settle(question: PendingQuestion, told: unknown, page: unknown): Promise<Outcome> {
    const identity = identitySchema.safeParse(page);
    if (!identity.success) {
      return refuse('other_consumer', 'The identity function gives no iss, acr and sub, all three.');
    }
    // The issuer picks the connector, so another one's code is not even redeemed.
    if (identity.data.iss !== jwtIssuer) {
      return refuse(
        'issuer',
        `The identity function names the issuer ${identity.data.iss}, not ${jwtIssuer}.`,
      );
    }
    const answer = toldSchema.safeParse(told);
    if (!answer.success) {
      return refuse('not_a_jwt', 'The page called back with neither a text nor {ssoKey, redirect_uri}.');
    }
    return hand(question, answer.data, identity.data);
  }

  function hand(
    { codeVerifier }: PendingQuestion,
    { ssoKey, redirect_uri: redirectUri }: z.output<typeof toldSchema>,
    identity: PageIdentity,
  ): Promise<Outcome> {
    if (flow === 'implicit') return server.accept(ssoKey, identity);
    return server.redeem({ code: ssoKey, redirectUri, ...(codeVerifier && { codeVerifier }) }, identity);
  }

  return {
    ask: () => (flow === 'pkce' ? createPkce(options.randomBytes) : {}),
    async receive(question, told, page) {
      const [value, reason] = told;
      if (value === '') return { kind: 'declined', reason: String(reason) };
      const outcome = await settle(question, value, page);
      return { ...outcome, exchanges: [showCall(options, question, value), ...outcome.exchanges] };
    },
  };
}

function refuse(reason: RefusalReason, sentence: string): Outcome {
  return { kind: 'refused', refusal: new LivePersonRefusal(reason, sentence), exchanges: [] };
}

/** The call inside the page, which no server sees, as one exchange. */
function showCall(
  { methodName, flow }: EmbeddedWindowOptions,
  { codeChallenge }: PendingQuestion,
  value: unknown,
): Exchange {
  const isText = typeof value === 'string';
  const given = isText ? { ssoKey: value } : value;
  const isToken = flow === 'implicit' && typeof given === 'object';
  return {
    via: 'browser',
    title: "LivePerson's tag asks the page",
    request: {
      line: `${methodName}(callback${codeChallenge ? ', challenge' : ''})`,
      headers: {},
      ...(codeChallenge && { body: { challenge: codeChallenge } }),
    },
    response: {
      line: isText ? 'callback(ssoKey)' : 'callback({ ssoKey, redirect_uri })',
      headers: {},
      body: isToken ? { ...given, ssoKey: '(decoded above)' } : given,
    },
  };
}
