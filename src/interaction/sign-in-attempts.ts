import { createHash } from 'node:crypto';
import { ParleyError } from '../errors.ts';
import { addressGroup } from '../http/address-group.ts';
import type { AttemptCounter } from './contract.ts';

const windowSeconds = 15 * 60;

/** Per login and address: a stranger's guesses do not use up the consumer's own. */
const attemptsPerLoginAndAddress = 10;
/** Per login from anywhere: many addresses guess no faster. While they do, the consumer cannot sign in either. */
const attemptsPerLogin = 100;
/** Failures per address over all logins: password spraying. A carrier's shared address may sign in as often as it likes. */
const failuresPerAddress = 200;

/**
 * Counts before it checks, atomically, so that a hundred parallel guesses are a hundred. Logins are counted by
 * their hash: the store learns no names.
 */
export function createSignInAttempts(counter: AttemptCounter) {
  return {
    /** @throws ParleyError('too_many_attempts') */
    async check(login: string, address: string): Promise<void> {
      const names = counters(login, address);
      // First and alone: an address that is over its limit writes no counters for logins that it makes up.
      const byAddress = await counter.readCounter(names.address);
      if (byAddress >= failuresPerAddress) throw tooMany(`${byAddress} failures of this address`);
      const [both, byLogin] = await Promise.all([
        counter.increment(names.both, windowSeconds),
        counter.increment(names.login, windowSeconds),
      ]);
      if (both > attemptsPerLoginAndAddress || byLogin > attemptsPerLogin)
        throw tooMany(`${both} with this address, ${byLogin} with this login`);
    },
    async failed(login: string, address: string): Promise<void> {
      await counter.increment(counters(login, address).address, windowSeconds);
    },
    /** Nobody could say whether it was right: the attempt is taken back. */
    async undecided(login: string, address: string): Promise<void> {
      const names = counters(login, address);
      await Promise.all([counter.decrement(names.both), counter.decrement(names.login)]);
    },
    /** A consumer who remembered the password starts afresh. */
    async succeeded(login: string, address: string): Promise<void> {
      const names = counters(login, address);
      await Promise.all([counter.resetCounter(names.both), counter.resetCounter(names.login)]);
    },
  };
}

function tooMany(detail: string): ParleyError {
  return new ParleyError('too_many_attempts', `sign-in attempts: ${detail}`, { retryAfter: windowSeconds });
}

function counters(login: string, ip: string): { both: string; login: string; address: string } {
  const address = addressGroup(ip);
  const name = createHash('sha256').update(spelling(login)).digest('base64url');
  return { both: `sign-in:${name}:${address}`, login: `sign-in:${name}`, address: `sign-in-from:${address}` };
}

/**
 * Logins that a directory may take for the same: LDAP servers and databases overlook case, blanks, accents, compatible
 * and invisible characters, and each spelling that counted by itself would be ten more guesses.
 */
function spelling(login: string): string {
  return login
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{C}\s]/gu, '')
    .toLowerCase();
}

export type SignInAttempts = ReturnType<typeof createSignInAttempts>;
