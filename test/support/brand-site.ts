import { randomUUID } from 'node:crypto';
import { type Listener, startListener } from './listener.ts';

/** The brand's own server as far as a session goes: cookie `sid` → account, and an address that says whose it is. */
export interface BrandServer extends Listener {
  /** The address of `login.session.url`. */
  url: string;
  /** A session of the brand's. @returns the value of its cookie */
  signIn(account: string | number, facts?: Record<string, unknown>): string;
  /** Another consumer in the same session, as a brand without session rotation does it. */
  change(sid: string, account: string): void;
  signOut(sid: string): void;
  /** What the address does instead; undefined: as it should. */
  misbehave(answer: Parameters<typeof startListener>[0] | undefined): void;
}

export async function startBrandServer(): Promise<BrandServer> {
  const sessions = new Map<string, Record<string, unknown>>();
  let instead: Parameters<typeof startListener>[0] | undefined;
  const listener = await startListener((response, request) => {
    if (instead) return instead(response, request);
    const sid = /(?:^|; )sid=([^;]*)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const session = sessions.get(sid);
    response.statusCode = session ? 200 : 401;
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Set-Cookie', 'sid=renewed; Path=/');
    response.end(JSON.stringify(session ?? {}));
  });
  return {
    ...listener,
    url: `${listener.origin}/api/me`,
    signIn(account, facts = {}) {
      const sid = randomUUID();
      sessions.set(sid, { id: account, ...facts });
      return sid;
    },
    change: (sid, account) => void sessions.set(sid, { id: account }),
    signOut: (sid) => void sessions.delete(sid),
    misbehave(answer) {
      instead = answer;
    },
  };
}
