import type { Flow } from '../liveperson/connector.ts';
import type { LivePersonServer, Outcome, PageIdentity } from '../liveperson/liveperson-server.ts';
import { createPopupWindow, type PopupAnswer, refuseState } from '../liveperson/popup-window.ts';
import { createLivePersonState } from './liveperson-state.ts';
import { addPending, type Session, takePending } from './sessions.ts';

/** The visitors' windows in the popup style: which request belongs to whom, each answered once. */
export interface LivePersonWindow {
  /** @param interactive false: `prompt=none`, nobody is asked anything */
  startAuthorization(session: Session, interactive: boolean): URL;
  /** Undefined when the issuer answered with an error; the session then says which. */
  receive(
    session: Session,
    answer: PopupAnswer,
    page: PageIdentity | undefined,
  ): Promise<Outcome | undefined>;
}

export interface LivePersonWindowOptions {
  issuer: string;
  clientIds: Record<Flow, string>;
  servers: Record<Flow, LivePersonServer>;
  randomBytes: (size: number) => Buffer;
}

export function createLivePersonWindow(options: LivePersonWindowOptions): LivePersonWindow {
  const { clientIds, servers, randomBytes } = options;
  const base = options.issuer.replace(/\/$/, '');
  const windowFor = (flow: Flow) =>
    createPopupWindow({
      authorizationEndpoint: `${base}/auth`,
      redirectUri: `${base}/demo/liveperson/window`,
      clientId: clientIds[flow],
      server: servers[flow],
      flow,
      randomBytes,
    });
  const windows = { code: windowFor('code'), pkce: windowFor('pkce'), implicit: windowFor('implicit') };

  return {
    startAuthorization(session, interactive) {
      const state = createLivePersonState(session.visitor, randomBytes(12).toString('base64url'));
      const parentWindowOrigin = new URL(base).origin;
      const visit = { state, parentWindowOrigin, isSilent: !interactive };
      const pending = windows[session.flow].start(visit);
      addPending(session.windows, state, pending);
      return pending.request;
    },

    async receive(session, answer, page) {
      const pending = takePending(session.windows, answer.state);
      if (!pending) return refuseState();
      delete session.windowProblem;
      if (answer.error) {
        session.windowProblem = answer.error;
        return undefined;
      }
      return windows[pending.flow].receive(pending, answer, page);
    },
  };
}
