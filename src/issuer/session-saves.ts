import { isDeepStrictEqual } from 'node:util';
import { type AdapterPayload, Provider } from 'oidc-provider';
import type { BrandStore } from '../store/contract.ts';
import type { AccountSessions } from './account-sessions.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { createRequestNote } from './request-note.ts';

export interface SessionSavesOptions {
  store: BrandStore;
  accountSessions: AccountSessions;
  endedSessions: EndedSessions;
  /** Seconds without a request after which a session ends. */
  idleLifetime: number;
  /** Asked before a session is stored that is nobody's. */
  admitAnonymous(ip: string): Promise<void>;
  /** Called with the request whose session save came after the session's end. */
  onLateSave(ctx: object): void;
}

/**
 * Sessions as the library finds and saves them. It saves one with each request, to extend it: a save that would change
 * nothing else, and comes shortly after the last one, is left out. A session that has ended meanwhile is noticed all the
 * same.
 */
export interface SessionSaves {
  find(id: string): Promise<AdapterPayload | undefined>;
  save(id: string, payload: AdapterPayload, expiresIn: number | undefined): Promise<void>;
}

/** Seconds by which a session may end earlier than its last request would have it. */
const longestSlack = 60;

/** What the session of a request was when it began. */
const found = createRequestNote<{ id: string; content: AdapterPayload; end: number }>('session as found');

export function createSessionSaves(options: SessionSavesOptions): SessionSaves {
  const { store, accountSessions, endedSessions, onLateSave } = options;
  const slack = Math.min(longestSlack, options.idleLifetime / 20);

  /** Whether the store has the session as it is, near enough. */
  function isSaved(id: string, payload: AdapterPayload): boolean {
    const before = Provider.ctx && found.find(Provider.ctx);
    if (before?.id !== id || payload.exp === undefined) return false;
    return (
      Math.abs(payload.exp - before.end) < slack && isDeepStrictEqual(before.content, contentOf(payload))
    );
  }

  /**
   * The library stores sessions of nobody's to ask whether to sign out, and one more with each request that brings the
   * cookie of one that is gone: a stranger could have them stored without end.
   */
  async function admit(id: string, { accountId }: AdapterPayload): Promise<void> {
    const ctx = Provider.ctx;
    if (accountId === undefined && ctx && found.find(ctx)?.id !== id) await options.admitAnonymous(ctx.ip);
  }

  async function hasEnded(id: string, payload: AdapterPayload, expiresIn?: number): Promise<boolean> {
    if (payload.uid !== undefined && isSaved(id, payload)) return endedSessions.has(payload.uid);
    await admit(id, payload);
    // Noted first: none is written that its account's end would not find.
    const [, outcome] = await Promise.all([
      accountSessions.note(payload),
      store.upsert('Session', id, payload, expiresIn),
    ]);
    return outcome === 'dropped';
  }

  return {
    async find(id) {
      const payload = await store.find('Session', id);
      const ctx = Provider.ctx;
      if (ctx && typeof payload?.['exp'] === 'number')
        found.write(ctx, { id, content: contentOf(payload), end: payload['exp'] });
      return payload;
    },
    async save(id, payload, expiresIn) {
      const ctx = Provider.ctx;
      if ((await hasEnded(id, withoutGrants(payload), expiresIn)) && ctx) onLateSave(ctx);
    },
  };
}

/** Each answer has a grant of its own, and nothing asks a stored session for a client's last one (grant-per-response.ts). */
function withoutGrants(payload: AdapterPayload): AdapterPayload {
  if (!payload.authorizations) return payload;
  const authorizations: typeof payload.authorizations = {};
  for (const [id, { grantId: _last, ...rest }] of Object.entries(payload.authorizations))
    authorizations[id] = rest;
  return { ...payload, authorizations };
}

/** All but the end, as a copy: the library writes into what it was given. */
function contentOf({ exp: _end, ...payload }: AdapterPayload): AdapterPayload {
  return withoutGrants(payload);
}
