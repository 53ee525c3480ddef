import { Secret, TOTP } from 'otpauth';
import { ParleyError } from '../errors.ts';
import type { CommonFacts } from '../audit/audit-log.ts';
import type { AttemptLimits } from '../limits/attempt-limits.ts';
import { pairEntry } from '../limits/entries.ts';

/** Seconds for which the password counts while the code is typed. */
export const firstFactorLifetime = 300;

const period = 30;

export interface SecondFactorOptions {
  limits: AttemptLimits;
  /** Atomic: true for the first use of a name, false for every other one. */
  useOnce(name: string, seconds: number): Promise<boolean>;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface CodeAttempt {
  accountId: string;
  secret: string;
  code: string;
  /** A browser in which this consumer has signed in before. */
  knownBrowser: string | undefined;
  facts: CommonFacts;
}

/**
 * One-time codes by time (RFC 6238): six digits, SHA-1, 30 seconds, as authenticator apps have them.
 *
 * A code counts in its own time step and the ones beside it (section 5.2), once (section 5.2 again: the second use
 * is refused, whoever is faster). Attempts are counted before they are checked, for the account and from
 * anywhere: whoever is here already knows the password.
 */
export function createSecondFactor({ limits, useOnce, now }: SecondFactorOptions) {
  return {
    /** @throws ParleyError('too_many_attempts') */
    async check({ accountId, secret, code, knownBrowser, facts }: CodeAttempt): Promise<boolean> {
      // Whoever got hold of the password must not keep the consumer's own browser out.
      const entry = knownBrowser === undefined ? accountId : pairEntry(accountId, knownBrowser);
      const { admitted, wait } = await limits.take('second-factor', entry, facts);
      if (!admitted) {
        throw new ParleyError('too_many_attempts', 'the limit of one-time codes is reached', {
          retryAfter: wait,
        });
      }
      const timestamp = now();
      const totp = new TOTP({ secret: readSecret(secret), period });
      const delta = totp.validate({ token: code.replaceAll(/[\s-]/g, ''), timestamp, window: 1 });
      if (delta === null) return false;
      const step = TOTP.counter({ period, timestamp }) + delta;
      // A step is valid for three periods; a minute more for clocks of other processes.
      const isFirst = await useOnce(`totp:${accountId}:${step}`, 3 * period + 60);
      if (isFirst) await limits.forget('second-factor', entry);
      return isFirst;
    },
  };
}

export type SecondFactor = ReturnType<typeof createSecondFactor>;

/** @throws ParleyError('second_factor_missing') for what is no base32: the message never quotes it */
function readSecret(text: string): Secret {
  try {
    return Secret.fromBase32(text.replaceAll(/[\s=-]/g, '').toUpperCase());
  } catch {
    throw new ParleyError('second_factor_missing', 'the secret of the second factor is not base32');
  }
}
