import type { Log } from '../log.ts';
import type { DirectoryWatch } from '../telemetry/contract.ts';
import type { AssertionSettings, AssertionVerifier } from './assertion/contract.ts';
import type { AssertionVerifierOptions } from './assertion/create-assertion-verifier.ts';
import { openAssertionVerifier } from './assertion/open-assertion-verifier.ts';
import type { BrandSession, BrandSessionSettings } from './brand-session/contract.ts';
import { createBrandSession } from './brand-session/create-brand-session.ts';
import type { Evaluate } from './enrich-accounts.ts';
import { unwatched } from './unwatched.ts';

/** `login` of a brand file, as far as ways without a page are meant. */
export interface SilentWaysSettings {
  session?: BrandSessionSettings | undefined;
  assertion?: { verify: AssertionSettings; session_exp: number } | undefined;
}

/** How this brand says who the consumer is without a page; what is absent is not offered. */
export interface SilentWays {
  brandSession?: BrandSession;
  assertion?: AssertionVerifier;
  /** Seconds after an assertion at which its session ends, where it does not say so itself. */
  sessionLifetime: number;
}

export interface OpenedSilentWays extends SilentWays {
  close(): Promise<void>;
}

export interface OpenSilentWaysOptions extends Pick<AssertionVerifierOptions, 'useOnce'> {
  /** Our issuer. */
  issuer: string;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Makes a JMESPath expression callable; throws when it is none. */
  compile(expression: string): Evaluate;
  /** Absent: nobody looks. */
  watch?: DirectoryWatch;
}

const defaultLifetime = 900;

/** @throws Error with a sentence for the operator when a key cannot be used */
export function openSilentWays(
  login: readonly SilentWaysSettings[],
  { issuer, log, now, compile, useOnce, watch = unwatched }: OpenSilentWaysOptions,
): OpenedSilentWays {
  const session = login.find((way) => way.session)?.session;
  const way = login.find((entry) => entry.assertion)?.assertion;
  const brandSession =
    session &&
    createBrandSession({ settings: session, log, now, findAccount: compile(session.account), watch });
  const assertion =
    way &&
    openAssertionVerifier({
      settings: way.verify,
      audience: issuer,
      useOnce,
      now: () => Math.floor(now() / 1000),
    });
  return {
    sessionLifetime: way?.session_exp ?? defaultLifetime,
    ...(brandSession && { brandSession }),
    ...(assertion && { assertion }),
    async close() {
      await Promise.all([brandSession?.close(), assertion?.close()]);
    },
  };
}
