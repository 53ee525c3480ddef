import { createHash } from 'node:crypto';
import type { Flow } from '../liveperson/connector.ts';
import type { Exchange } from '../liveperson/exchange.ts';
import type { LivePersonServer, Outcome, PageIdentity } from '../liveperson/liveperson-server.ts';
import { LivePersonRefusal } from '../liveperson/refusal.ts';
import { createLivePersonState } from './liveperson-state.ts';
import { addPending, type PendingWindow, type Session, takePending } from './sessions.ts';

/** LivePerson's chat window in its popup style: it goes through the authorization endpoint by itself. */
export interface LivePersonWindow {
  /** @param interactive false: `prompt=none`, nobody is asked anything */
  startAuthorization(session: Session, interactive: boolean): URL;
  /** Undefined when the issuer answered with an error; the session then says which. */
  receive(
    session: Session,
    answer: WindowAnswer,
    page: PageIdentity | undefined,
  ): Promise<Outcome | undefined>;
}

/** What came back in the window's address: in the query, or in the fragment for the implicit flow. */
export interface WindowAnswer {
  state: string;
  code?: string;
  id_token?: string;
  error?: string;
}

export interface LivePersonWindowOptions {
  issuer: string;
  clientIds: Record<Flow, string>;
  servers: Record<Flow, LivePersonServer>;
  randomBytes: (size: number) => Buffer;
}

export function createLivePersonWindow(options: LivePersonWindowOptions): LivePersonWindow {
  const base = options.issuer.replace(/\/$/, '');
  const redirectUri = `${base}/demo/liveperson/window`;

  return {
    startAuthorization(session, interactive) {
      const { flow } = session;
      const state = createLivePersonState(session.visitor, options.randomBytes(12).toString('base64url'));
      const codeVerifier = flow === 'pkce' ? options.randomBytes(48).toString('base64url') : undefined;
      const request = new URL(`${base}/auth`);
      request.search = new URLSearchParams({
        response_type: flow === 'implicit' ? 'id_token' : 'code',
        client_id: options.clientIds[flow],
        scope: 'openid',
        redirect_uri: redirectUri,
        state,
        parentWindowOrigin: new URL(base).origin,
        ...(!interactive && { prompt: 'none' }),
        ...(codeVerifier && { code_challenge: challengeOf(codeVerifier), code_challenge_method: 'S256' }),
      }).toString();
      addPending(session.windows, state, { flow, request, ...(codeVerifier && { codeVerifier }) });
      return request;
    },

    async receive(session, answer, page) {
      const pending = takePending(session.windows, answer.state);
      if (!pending) return refuse('The state did not come back byte for byte, or came back twice.');
      delete session.windowProblem;
      if (answer.error) {
        session.windowProblem = answer.error;
        return undefined;
      }
      const outcome = await hand(options.servers[pending.flow], pending, answer);
      return { ...outcome, exchanges: [showAuthorization(pending, answer), ...outcome.exchanges] };

      function hand(server: LivePersonServer, { flow, codeVerifier }: PendingWindow, back: WindowAnswer) {
        if (flow === 'implicit') return server.accept(back.id_token ?? '', page);
        const redemption = { code: back.code ?? '', redirectUri, ...(codeVerifier && { codeVerifier }) };
        return server.redeem(redemption, page);
      }
    },
  };
}

function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}

function refuse(sentence: string): Outcome {
  return { kind: 'refused', refusal: new LivePersonRefusal('state', sentence), exchanges: [] };
}

/** The way through the browser, which LivePerson's server never sees, as one exchange. */
function showAuthorization({ request, flow }: PendingWindow, answer: WindowAnswer): Exchange {
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
