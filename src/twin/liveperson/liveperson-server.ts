import { type AgentView, createAgentView } from './agent-view.ts';
import { type CheckedIdToken, checkIdToken } from './check-id-token.ts';
import { checkSdes } from './check-sdes.ts';
import type { Connector } from './connector.ts';
import type { Exchange } from './exchange.ts';
import { createExchangeRecorder, type ExchangeRecorder } from './exchange-recorder.ts';
import { loadKeySet } from './load-key-set.ts';
import { type Redemption, redeemCode } from './redeem-code.ts';
import { LivePersonRefusal } from './refusal.ts';

/** LivePerson's own side: redeems codes, checks ID tokens, and knows what an agent may see afterwards. */
export interface LivePersonServer {
  /** Redeems a code at the token endpoint and checks the ID token of the answer. */
  redeem(redemption: Redemption, identity?: PageIdentity): Promise<Outcome>;
  /** Checks an ID token that the window received itself (implicit flow). */
  accept(idToken: string, identity?: PageIdentity): Promise<Outcome>;
}

/** What the page's identity function said; the token must name the same consumer. */
export interface PageIdentity {
  iss: string;
  sub: string;
}

export interface VerifiedIdentity {
  idToken: CheckedIdToken;
  agentView: AgentView;
}

/** The exchanges belong to both outcomes: they show where it went wrong. */
export type Outcome =
  | { kind: 'accepted'; identity: VerifiedIdentity; exchanges: Exchange[] }
  | { kind: 'refused'; refusal: LivePersonRefusal; exchanges: Exchange[] };

export interface LivePersonServerOptions {
  connector: Connector;
  fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  now: () => number;
}

export function createLivePersonServer({ connector, fetch, now }: LivePersonServerOptions): LivePersonServer {
  async function verify(
    idToken: string,
    recorder: ExchangeRecorder,
    page: PageIdentity | undefined,
  ): Promise<VerifiedIdentity> {
    const checked = await checkIdToken(idToken, {
      connector,
      now,
      loadKeySet: () => loadKeySet(connector.jwksEndpoint, recorder),
    });
    checkPageIdentity(checked, page);
    return {
      idToken: checked,
      agentView: createAgentView(checked.payload, checkSdes(checked.payload['lp_sdes'])),
    };
  }

  return {
    redeem: (redemption, page) =>
      settle(fetch, async (recorder) =>
        verify(await redeemCode(redemption, connector, recorder), recorder, page),
      ),
    accept: (idToken, page) => settle(fetch, (recorder) => verify(idToken, recorder, page)),
  };
}

/** A token of A must never enter a chat that the page opened for B. */
export function checkPageIdentity({ payload }: CheckedIdToken, page: PageIdentity | undefined): void {
  if (page && (page.iss !== payload.iss || page.sub !== payload.sub)) {
    throw new LivePersonRefusal('other_consumer', 'The ID token names another consumer than the page does.');
  }
}

async function settle(
  fetch: typeof globalThis.fetch,
  work: (recorder: ExchangeRecorder) => Promise<VerifiedIdentity>,
): Promise<Outcome> {
  const recorder = createExchangeRecorder(fetch);
  const { exchanges } = recorder;
  try {
    return { kind: 'accepted', identity: await work(recorder), exchanges };
  } catch (error) {
    if (error instanceof LivePersonRefusal) return { kind: 'refused', refusal: error, exchanges };
    throw error;
  }
}
