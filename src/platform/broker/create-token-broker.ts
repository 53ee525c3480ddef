import type { Seal } from '../../keys/seal.ts';
import type { Log } from '../../log.ts';
import type { BrandStore } from '../../store/contract.ts';
import type { BrokerConsumer, BrokerSession, TokenBroker } from '../token-broker.ts';
import { createBackground } from './background.ts';
import { createCustomerLinks } from './customer-links.ts';
import { createCustomers } from './customers.ts';
import { createMintLimit } from './mint-limit.ts';
import { createProfileUpdates } from './profile-updates.ts';
import { createRevocation } from './revocation.ts';
import { type CachedToken, createTokenCache, type SessionTokens } from './token-cache.ts';
import type { Profile, TokenVendor } from './token-vendor.ts';
import { createUnfinishedCreations } from './unfinished-creations.ts';
import { toParleyError } from './vendor-error.ts';
import { createVendorPause } from './vendor-pause.ts';
import { consumerLock, type Turn, withLock } from './wait-for-lock.ts';

export interface TokenBrokerOptions {
  vendor: TokenVendor;
  store: BrandStore;
  seal: Seal;
  brand: string;
  /** The brand's client, whose pages ask. */
  clientId: string;
  log: Log;
  /** What the platform is told of a consumer, where it is told anything. */
  findProfile(accountId: string, clientId: string): Promise<Profile | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Milliseconds: a token that was fetched as a fresh one so shortly before is fresh for the next one too. Ten tabs
 * that ask at once do not arrive at once.
 */
const freshWindow = 1000;

/** A token is not given again in its last twentieth, five minutes at most: the page could hardly use it. */
const lastStretch = { part: 0.05, longest: 300_000 };

/** Tokens of one session that may be in use at once; more is not what tabs do. */
const mostTokens = 20;

/**
 * The engine behind every platform that mints its own tokens. Calls of the platform are billed and may make a
 * customer, so each is made under the consumer's lock, across processes, by the first who needs it.
 */
export function createTokenBroker(options: TokenBrokerOptions): TokenBroker {
  const { vendor, store, clientId, log, now } = options;
  const { linkName, platform } = vendor;
  const cache = createTokenCache({ ...options, linkName });
  const links = createCustomerLinks({ ...options, linkName });
  const unfinished = createUnfinishedCreations(store, linkName, now);
  const customers = createCustomers({ vendor, store, links, unfinished, log });
  const pause = createVendorPause(store, { name: `${platform}:${clientId}`, title: vendor.title, now });
  const background = createBackground();
  const mints = createMintLimit(store, linkName);
  const revocation = createRevocation({ vendor, background, log, now });
  const profiles = createProfileUpdates({ ...options, links, background });

  const lasts = ({ createdAt, expiresAt }: CachedToken): boolean => {
    const stretch = Math.min((expiresAt - createdAt) * lastStretch.part, lastStretch.longest);
    return now() < expiresAt - stretch;
  };

  /** Whatever changes a consumer's link or tokens happens one after the other. */
  const underLock = <T>({ accountId }: BrokerSession, work: (turn: Turn) => Promise<T>): Promise<T> =>
    withLock(store, consumerLock(linkName, accountId), work);

  /** What the session has, if that will do; else a new token, made by one of all who ask. */
  async function mintUnless(
    session: BrokerSession,
    { suffices, isFresh }: { suffices(token: CachedToken): boolean; isFresh: boolean },
  ): Promise<CachedToken> {
    const askedAt = now();
    return underLock(session, async ({ beginsBy }) => {
      const tokens: SessionTokens = (await cache.find(session)) ?? { earlier: [] };
      if (tokens.current && suffices(tokens.current)) return tokens.current;
      const minted = await mints.within(session.accountId, () =>
        pause.unlessPaused(() => customers.mint(session.accountId, { askedAt, beginsBy })),
      );
      const current = { ...minted, isFresh };
      const earlier = [...(tokens.current ? [tokens.current] : []), ...tokens.earlier];
      await cache.save(session, { current, earlier: earlier.slice(0, mostTokens - 1) });
      revocation.later(earlier.slice(mostTokens - 1));
      profiles.later(session.accountId, current);
      return current;
    });
  }

  /** Written first, checked then: whichever way a sign-out crosses this, one of the two sees the other. */
  async function handOut(consumer: BrokerConsumer, token: CachedToken): Promise<CachedToken | undefined> {
    if (await consumer.isStillSignedIn()) return token;
    await end(consumer);
    return undefined;
  }

  async function find(session: BrokerSession): Promise<CachedToken | undefined> {
    const current = (await cache.find(session))?.current;
    return current && lasts(current) ? current : undefined;
  }

  async function get(consumer: BrokerConsumer): Promise<CachedToken | undefined> {
    const present = await find(consumer);
    if (present) return present;
    return handOut(consumer, await mintUnless(consumer, { suffices: lasts, isFresh: false }));
  }

  async function fresh(consumer: BrokerConsumer): Promise<CachedToken | undefined> {
    const askedAt = now();
    const suffices = (token: CachedToken) =>
      token.createdAt > askedAt || (token.isFresh && askedAt - token.createdAt < freshWindow);
    return handOut(consumer, await mintUnless(consumer, { suffices, isFresh: true }));
  }

  async function end(session: BrokerSession): Promise<void> {
    const tokens = await cache.remove(session);
    if (tokens) await revocation.now([...(tokens.current ? [tokens.current] : []), ...tokens.earlier]);
  }

  const toPage = (token: CachedToken | undefined) => token && vendor.toPage(token);

  return {
    platform,
    get: (consumer) => speak(async () => toPage(await get(consumer))),
    fresh: (consumer) => speak(async () => toPage(await fresh(consumer))),
    has: async (session) => (await find(session)) !== undefined,
    invalidate: (session) =>
      speak(() =>
        underLock(session, async () => {
          const tokens = await cache.find(session);
          if (!tokens?.current) return;
          await cache.save(session, { earlier: [tokens.current, ...tokens.earlier] });
        }),
      ),
    transfer: (consumer, challenge) =>
      speak(async () => {
        const token = await get(consumer);
        if (!token) return undefined;
        const code = await pause.unlessPaused(() => vendor.transfer(token.accessToken, challenge));
        return (await consumer.isStillSignedIn()) ? code : undefined;
      }),
    async endSession(session) {
      await end(session).catch((error: unknown) =>
        log.error(
          { detail: String(error) },
          `the tokens of an ended session at ${vendor.title} could not be found and were not revoked`,
        ),
      );
    },
    close: () => background.settle(),
  };
}

/** The platform's failures in Parley's words. */
async function speak<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toParleyError(error);
  }
}
