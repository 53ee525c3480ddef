import type { BrandConfig } from '../config/brand-schema.ts';
import type { Site } from '../http/site-table.ts';
import type { ConsumerSessions } from '../issuer/consumer-sessions.ts';
import type { VerifyServiceToken } from '../issuer/verify-service-token.ts';
import { type BrandIssuerOptions, createBrandIssuer } from './brand-issuer.ts';
import { type BrandParts, openBrandParts } from './brand-parts.ts';
import { loadDemo } from './load-demo.ts';
import { createPutAway } from './put-away.ts';

export interface BrandSite
  extends Site,
    Pick<BrandParts, 'directory' | 'pages' | 'store' | 'brokers' | 'requestLog'> {
  config: BrandConfig;
  /** For the operator. */
  sessions: ConsumerSessions;
  verifyServiceToken: VerifyServiceToken;
  /** With the set that the issuer was built with, as far as it is published. */
  keys: BrandParts['keys'];
  /** Lets go of the issuer that nobody has asked since; the next request builds it again. @param since epoch milliseconds */
  putAway(since: number): void;
  /** Whether its issuer stands. */
  isAwake(): boolean;
  /** What it still has to write is written, then nothing of it works any more. */
  close(): Promise<void>;
}

/** Everything that one brand owns in this process: issuer, keys, directory, claims, pages, and for a demo its twin. */
export async function createBrandSite(options: BrandIssuerOptions): Promise<BrandSite> {
  const parts = await openBrandParts(options);
  try {
    return await createSite(options, parts);
  } catch (error) {
    // The process may go on without this brand: nothing of it stays open.
    await parts.close();
    throw error;
  }
}

async function createSite(options: BrandIssuerOptions, parts: BrandParts): Promise<BrandSite> {
  const { brand } = options;
  const { directory, pages, store, brokers, requestLog, keys, close } = parts;
  const demo = brand.demo ? await loadDemo(brand, requestLog) : undefined;
  const issuer = createPutAway(() => createBrandIssuer(options, parts, demo), options.now);
  // Once at the start: what the library refuses must not be noticed by the first consumer.
  const cookieSignatures = await issuer.use(async ({ cookies }) => cookies.signatures);
  return {
    brand: brand.brand,
    issuer: brand.issuer,
    cookieSignatures,
    handler: (ctx, next) => issuer.use(({ handler }) => handler(ctx, next)),
    directory,
    pages,
    store,
    config: brand,
    brokers,
    requestLog,
    sessions: {
      list: (accountId) => issuer.use(({ sessions }) => sessions.list(accountId)),
      end: (accountId) => issuer.use(({ sessions }) => sessions.end(accountId)),
    },
    verifyServiceToken: (token, resource) =>
      issuer.use(({ verifyServiceToken }) => verifyServiceToken(token, resource)),
    keys,
    putAway: issuer.putAway,
    isAwake: issuer.isThere,
    close,
  };
}
