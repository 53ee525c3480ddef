import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { ParleyError } from '../errors.ts';
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
      const [both, byLogin, byAddress] = await Promise.all([
        counter.increment(names.both, windowSeconds),
        counter.increment(names.login, windowSeconds),
        counter.readCounter(names.address),
      ]);
      if (
        both > attemptsPerLoginAndAddress ||
        byLogin > attemptsPerLogin ||
        byAddress >= failuresPerAddress
      ) {
        throw new ParleyError('too_many_attempts', `sign-in attempts: ${both}, ${byLogin}, ${byAddress}`, {
          retryAfter: windowSeconds,
        });
      }
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
    .replaceAll(/[\p{M}\p{Cf}\s]/gu, '')
    .toLowerCase();
}

/** A household or a server has a whole /64 of IPv6 (RFC 6177), so that is what counts as one address. */
function addressGroup(ip: string): string {
  if (!isIPv6(ip) || ip.toLowerCase().startsWith('::ffff:')) return ip;
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? [];
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0');
  const full = tail === undefined ? groups : [...groups, ...zeros, ...rest];
  return full
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

export type SignInAttempts = ReturnType<typeof createSignInAttempts>;
