import { z } from 'zod';
import type { Seal } from '../../keys/seal.ts';
import type { BrandStore } from '../../store/contract.ts';
import type { BrokerSession } from '../token-broker.ts';
import type { VendorToken } from './token-vendor.ts';

/** What a session was given at one client: sealed, in the store, so that every process knows it. */
export interface SessionTokens {
  /** Given again while it lasts; undefined after `invalidate`. */
  current?: CachedToken | undefined;
  /** Given earlier and perhaps still in use in a tab; revoked when the session ends. */
  earlier: CachedToken[];
}

export interface CachedToken extends VendorToken {
  /** It answered a call for a fresh one. */
  isFresh: boolean;
}

export interface TokenCache {
  find(session: BrokerSession): Promise<SessionTokens | undefined>;
  save(session: BrokerSession, tokens: SessionTokens): Promise<void>;
  /** @returns what was there */
  remove(session: BrokerSession): Promise<SessionTokens | undefined>;
}

export interface TokenCacheOptions {
  store: BrandStore;
  seal: Seal;
  brand: string;
  /** Another organization of the platform has other customers: a token of before is none there. */
  linkName: string;
  clientId: string;
  /** Milliseconds since 1970. */
  now(): number;
}

const model = 'VendorTokens';

const tokenSchema = z.object({
  accessToken: z.string(),
  customerId: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  isFresh: z.boolean(),
});
const tokensSchema = z.object({ current: tokenSchema.optional(), earlier: z.array(tokenSchema) });

export function createTokenCache({
  store,
  seal,
  brand,
  linkName,
  clientId,
  now,
}: TokenCacheOptions): TokenCache {
  const idOf = ({ sessionUid }: BrokerSession) => `${clientId}:${sessionUid}`;
  const placeOf = ({ accountId, sessionUid }: BrokerSession) => [
    'token',
    brand,
    linkName,
    clientId,
    accountId,
    sessionUid,
  ];

  async function find(session: BrokerSession): Promise<SessionTokens | undefined> {
    const record = await store.find(model, idOf(session));
    if (typeof record?.['sealed'] !== 'string') return undefined;
    const text = await seal.open(record['sealed'], placeOf(session));
    // Sealed with a key that is gone, or for another account: as good as no token.
    return text === undefined ? undefined : tokensSchema.parse(JSON.parse(text));
  }

  return {
    find,
    async save(session, { current, earlier }) {
      const living = earlier.filter(({ expiresAt }) => expiresAt > now());
      const end = Math.max(
        0,
        ...[...living, ...(current ? [current] : [])].map(({ expiresAt }) => expiresAt),
      );
      const sealed = await seal.close(JSON.stringify({ current, earlier: living }), placeOf(session));
      await store.addMember(sessionsOf(session.accountId), idOf(session), (end - now()) / 1000);
      await store.upsert(model, idOf(session), { sealed }, (end - now()) / 1000);
    },
    async remove(session) {
      const tokens = await find(session);
      await store.destroy(model, idOf(session));
      await store.removeMember(sessionsOf(session.accountId), idOf(session));
      return tokens;
    },
  };
}

/** Which sessions of an account hold tokens: `<client>:<session uid>`, for whoever unlinks the consumer. */
export function sessionsOf(accountId: string): string {
  return `vendor-tokens:${accountId}`;
}
