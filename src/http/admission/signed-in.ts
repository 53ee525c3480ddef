import type { Context } from 'koa';
import { LRUCache } from 'lru-cache';
import type { Payload } from '../../store/contract.ts';

/** Milliseconds for which the store's answer counts: who signs in meanwhile has another cookie then. */
const remembered = 30_000;
const mostSessions = 10_000;

/** Rejects with ParleyError('store_unavailable'). */
export type IsSignedIn = (ctx: Context) => Promise<boolean>;

/**
 * Whether a request comes from a consumer who is signed in. A signature says no more than that the cookie is ours:
 * strangers get one too, with the question whether to sign out, and whoever has signed out keeps theirs. So the store
 * says whose it is.
 *
 * @param cookie the name of the session's
 */
export function createIsSignedIn(
  findSession: (ctx: Context, id: string) => Promise<Payload | undefined>,
  cookie: string,
): IsSignedIn {
  // Not `max`, which would set the room for all of them aside at once, for each brand.
  const sessions = new LRUCache<string, Promise<boolean>>({
    maxSize: mostSessions,
    sizeCalculation: () => 1,
    ttl: remembered,
  });

  async function ask(ctx: Context, id: string): Promise<boolean> {
    try {
      return (await findSession(ctx, id))?.['accountId'] !== undefined;
    } catch (error) {
      sessions.delete(id);
      throw error;
    }
  }

  return async (ctx) => {
    const id = ctx.cookies.get(cookie, { signed: true });
    if (id === undefined) return false;
    const known = sessions.get(id);
    if (known) return known;
    const answer = ask(ctx, id);
    sessions.set(id, answer);
    return answer;
  };
}
