import type { Flow } from '../liveperson/connector.ts';
import { createEmbeddedWindow, type EmbeddedOutcome } from '../liveperson/embedded-window.ts';
import type { LivePersonServer } from '../liveperson/liveperson-server.ts';
import { addPending, type Session, takePending } from './sessions.ts';

/** The visitors' embedded windows: which question to the page belongs to whom, each answered once. */
export interface EmbeddedWindows {
  ask(session: Session): { question: string; codeChallenge?: string };
  /** Undefined for an answer to no question of the visitor's, or to one that was answered. */
  receive(session: Session, answer: ToldByPage): Promise<EmbeddedOutcome | undefined>;
}

export interface ToldByPage {
  question: string;
  /** The arguments with which the page called back. */
  told: readonly unknown[];
}

export interface EmbeddedWindowsOptions {
  issuer: string;
  servers: Record<Flow, LivePersonServer>;
  randomBytes: (size: number) => Buffer;
}

export function createEmbeddedWindows({
  issuer,
  servers,
  randomBytes,
}: EmbeddedWindowsOptions): EmbeddedWindows {
  const methodName = 'lpGetAuthenticationToken';
  const windowFor = (flow: Flow) =>
    createEmbeddedWindow({ jwtIssuer: issuer, methodName, flow, server: servers[flow], randomBytes });
  const windows = { code: windowFor('code'), pkce: windowFor('pkce'), implicit: windowFor('implicit') };

  return {
    ask(session) {
      const pending = windows[session.flow].ask();
      const question = randomBytes(12).toString('base64url');
      addPending(session.questions, question, pending);
      const { codeChallenge } = pending;
      return { question, ...(codeChallenge && { codeChallenge }) };
    },

    async receive(session, { question, told }) {
      const pending = takePending(session.questions, question);
      // Whoever is there now counts, not who was there when the page was asked.
      return pending && windows[session.flow].receive(pending, told, session.pageIdentity);
    },
  };
}
