import type { Flow } from './connector.ts';
import type { Exchange } from './exchange.ts';
import type { LivePersonServer, Outcome, PageIdentity } from './liveperson-server.ts';
import { createPkce } from './pkce.ts';
import { LivePersonRefusal } from './refusal.ts';

/** LivePerson's window in its popup style: it goes through the authorization endpoint by itself. */
export interface PopupWindow {
  /** Where the window goes, as it was captured: openid only, no nonce. */
  start(visit: PopupVisit): PendingPopup;
  /** What came back in its address. An issuer's error is the caller's to show. */
  receive(pending: PendingPopup, answer: PopupAnswer, identity?: PageIdentity): Promise<Outcome>;
}

export interface PopupVisit {
  /** The window's configuration as raw JSON. */
  state: string;
  parentWindowOrigin: string;
  /** `prompt=none`: nobody is asked anything. */
  isSilent?: boolean;
}

export interface PendingPopup {
  flow: Flow;
  request: URL;
  codeVerifier?: string;
}

/** In the query, or in the fragment for the implicit flow. */
export interface PopupAnswer {
  state: string;
  code?: string;
  id_token?: string;
  error?: string;
}

export interface PopupWindowOptions {
  authorizationEndpoint: string;
  clientId: string;
  redirectUri: string;
  flow: Flow;
  server: LivePersonServer;
  randomBytes: (size: number) => Buffer;
}

export function createPopupWindow(options: PopupWindowOptions): PopupWindow {
  const { flow, server, redirectUri } = options;
  return {
    start({ state, parentWindowOrigin, isSilent = false }) {
      const pkce = flow === 'pkce' ? createPkce(options.randomBytes) : undefined;
      const request = new URL(options.authorizationEndpoint);
      request.search = new URLSearchParams({
        response_type: flow === 'implicit' ? 'id_token' : 'code',
        client_id: options.clientId,
        scope: 'openid',
        redirect_uri: redirectUri,
        state,
        parentWindowOrigin,
        ...(isSilent && { prompt: 'none' }),
        ...(pkce && { code_challenge: pkce.codeChallenge, code_challenge_method: 'S256' }),
      }).toString();
      return { flow, request, ...(pkce && { codeVerifier: pkce.codeVerifier }) };
    },

    async receive(pending, answer, identity) {
      if (answer.state !== pending.request.searchParams.get('state')) return refuseState();
      const outcome = await hand(pending, answer, identity);
      return { ...outcome, exchanges: [showAuthorization(pending, answer), ...outcome.exchanges] };
    },
  };

  function hand({ codeVerifier }: PendingPopup, answer: PopupAnswer, identity?: PageIdentity) {
    if (flow === 'implicit') return server.accept(answer.id_token ?? '', identity);
    const redemption = { code: answer.code ?? '', redirectUri, ...(codeVerifier && { codeVerifier }) };
    return server.redeem(redemption, identity);
  }
}

/** For answers that belong to no request of the window, too. */
export function refuseState(): Outcome {
  const sentence = 'The state did not come back byte for byte, or came back twice.';
  return { kind: 'refused', refusal: new LivePersonRefusal('state', sentence), exchanges: [] };
}

/** The way through the browser, which LivePerson's server never sees, as one exchange. */
function showAuthorization({ request, flow }: PendingPopup, answer: PopupAnswer): Exchange {
  const size = Buffer.byteLength(answer.state);
  const state = `${answer.state.slice(0, 60)}… (JSON, ${size} bytes)`;
  const landing = flow === 'implicit' ? 'window#id_token=…' : 'window?code=…';
  return {
    via: 'browser',
    title: "LivePerson's window asks for the consumer",
    request: {
      line: `GET ${request.pathname}?… HTTP/1.1`,
      headers: { host: request.host },
      body: { ...Object.fromEntries(request.searchParams), state },
    },
    response: {
      line: `HTTP/1.1 303 → ${landing}`,
      headers: {},
      body: {
        ...(answer.code && { code: answer.code }),
        ...(answer.id_token && { id_token: '(decoded above)' }),
        state: `came back byte for byte (${size} bytes)`,
      },
    },
  };
}
