import type { Log } from '../../log.ts';
import type { Background } from './background.ts';
import type { TokenVendor, VendorToken } from './token-vendor.ts';

/** Ends tokens at the platform. */
export interface Revocation {
  /** Waits a second at most: a platform that is down does not hold up a sign-out. */
  now(tokens: readonly VendorToken[]): Promise<void>;
  later(tokens: readonly VendorToken[]): void;
}

/** Milliseconds. */
const patience = 1000;

const ignore = (): void => {};

export function createRevocation({
  vendor,
  background,
  log,
  now,
}: {
  vendor: TokenVendor;
  background: Background;
  log: Pick<Log, 'warn'>;
  /** Milliseconds since 1970. */
  now(): number;
}): Revocation {
  const revoke = async (token: VendorToken): Promise<void> => {
    try {
      await vendor.revoke(token.accessToken);
    } catch (error) {
      const until = new Date(token.expiresAt).toISOString();
      log.warn(
        { detail: error instanceof Error ? error.message : String(error), until },
        `a token could not be revoked at ${vendor.title}: it is forgotten here and ends there by itself`,
      );
    }
  };
  const revokeAll = (tokens: readonly VendorToken[]) =>
    Promise.all(tokens.filter(({ expiresAt }) => expiresAt > now()).map(revoke));
  return {
    now: (tokens) => background.runFor(patience, revokeAll(tokens), ignore),
    later: (tokens) => background.run(revokeAll(tokens), ignore),
  };
}
