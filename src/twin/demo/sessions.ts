import type { Flow } from '../liveperson/connector.ts';
import type { PendingQuestion } from '../liveperson/embedded-window.ts';
import type { PageIdentity } from '../liveperson/liveperson-server.ts';
import type { PendingPopup } from '../liveperson/popup-window.ts';

/** The demo shop's own sessions: in memory, found by an opaque cookie, nothing of them in the browser. */
export interface Sessions {
  find(id: string | undefined): Session | undefined;
  create(): Session;
  /** The same session under a new id: what a stranger planted or saw before sign-in is worth nothing after. */
  renew(session: Session): void;
  forget(session: Session): void;
}

export interface Session {
  id: string;
  /** LivePerson's name for this browser; a new one after each sign-out. */
  visitor: string;
  /** Whose chat the shop shows this visitor. */
  platform: Platform;
  /** How LivePerson's connector is set for this visitor. */
  flow: Flow;
  /** Where LivePerson's window gets its code or ID token: from the page, or by going to the issuer itself. */
  style: WindowStyle;
  consumer?: Consumer;
  /** Authorization requests of the shop that wait for their answer, by state. */
  signIns: Map<string, PendingSignIn>;
  /** Authorization requests of LivePerson's window, by state. */
  windows: Map<string, PendingPopup>;
  /** Questions of LivePerson's tag to the page, by an id. */
  questions: Map<string, PendingQuestion>;
  /** What the page's identity function said last. */
  pageIdentity?: PageIdentity;
  /** Why the window's last request brought nothing. */
  windowProblem?: string;
}

export type Platform = 'liveperson' | 'livechat';

export type WindowStyle = 'embedded' | 'popup';

export interface Consumer {
  sub: string;
  name: string;
  idToken: string;
}

export interface PendingSignIn {
  nonce: string;
  codeVerifier: string;
}

export interface SessionsOptions {
  now: () => number;
  randomBytes: (size: number) => Buffer;
}

const mostSessions = 1000;
const mostPending = 10;
const idleLifetime = 2 * 3600 * 1000;

export function createSessions({ now, randomBytes }: SessionsOptions): Sessions {
  const byId = new Map<string, { session: Session; lastUsed: number }>();
  const createId = (): string => randomBytes(24).toString('base64url');

  function keep(session: Session): void {
    const [oldest] = byId.keys();
    if (byId.size >= mostSessions && oldest !== undefined) byId.delete(oldest);
    byId.set(session.id, { session, lastUsed: now() });
  }

  return {
    find(id = '') {
      const entry = byId.get(id);
      byId.delete(id);
      if (!entry || entry.lastUsed + idleLifetime < now()) return undefined;
      keep(entry.session);
      return entry.session;
    },
    create() {
      const session: Session = {
        id: createId(),
        visitor: createId(),
        platform: 'liveperson',
        flow: 'pkce',
        style: 'embedded',
        signIns: new Map(),
        windows: new Map(),
        questions: new Map(),
      };
      keep(session);
      return session;
    },
    renew(session) {
      byId.delete(session.id);
      session.id = createId();
      keep(session);
    },
    forget: (session) => void byId.delete(session.id),
  };
}

/** Keeps a pending request; an abandoned one gives way to a newer one. */
export function addPending<Value>(pending: Map<string, Value>, state: string, value: Value): void {
  const [oldest] = pending.keys();
  if (pending.size >= mostPending && oldest !== undefined) pending.delete(oldest);
  pending.set(state, value);
}

/** Takes a pending request out: each is answered once. */
export function takePending<Value>(pending: Map<string, Value>, state: string): Value | undefined {
  const value = pending.get(state);
  pending.delete(state);
  return value;
}
