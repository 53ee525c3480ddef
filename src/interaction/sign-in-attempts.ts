import { createHash } from 'node:crypto';
import { ParleyError } from '../errors.ts';
import type { AttemptCounter } from './contract.ts';

/** Seconds. */
const window = 15 * 60;

/** Per login and address, so that a stranger cannot lock a consumer out of their own home. */
const attemptsPerLoginAndAddress = 10;
/** Per login from anywhere: a botnet has many addresses. */
const attemptsPerLogin = 100;
/** Per address over all logins: password spraying. */
const attemptsPerAddress = 200;

/**
 * Counts before it checks, atomically, so that a hundred parallel guesses are a hundred. Logins are counted by
 * their hash: the store learns no names.
 */
export function createSignInAttempts(counter: AttemptCounter) {
  return {
    /** @throws ParleyError('too_many_attempts') */
    async check(login: string, address: string): Promise<void> {
      const names = counters(login, address);
      const [both, byLogin, byAddress] = await Promise.all([
        counter.increment(names.both, window),
        counter.increment(names.login, window),
        counter.increment(names.address, window),
      ]);
      if (both > attemptsPerLoginAndAddress || byLogin > attemptsPerLogin || byAddress > attemptsPerAddress) {
        throw new ParleyError('too_many_attempts', `sign-in attempts: ${both}, ${byLogin}, ${byAddress}`, {
          retryAfter: window,
        });
      }
    },
    /** A consumer who remembered the password starts afresh; the address keeps its count. */
    async succeeded(login: string, address: string): Promise<void> {
      const names = counters(login, address);
      await Promise.all([counter.resetCounter(names.both), counter.resetCounter(names.login)]);
    },
  };
}

function counters(login: string, address: string): { both: string; login: string; address: string } {
  const name = createHash('sha256').update(login.trim().toLowerCase()).digest('base64url');
  return { both: `sign-in:${name}:${address}`, login: `sign-in:${name}`, address: `sign-in-from:${address}` };
}

export type SignInAttempts = ReturnType<typeof createSignInAttempts>;
