import { hash } from '@node-rs/argon2';
import { ParleyError } from '../errors.ts';
import type { Limiter } from './limit-parallel.ts';
import type { StoredHash } from './passwords/password-format.ts';

/**
 * Compares a typed password with a stored hash so that the time tells nothing about the account: an unknown
 * login, an account without a hash and an empty password cost the same work as a wrong password.
 */
export interface PasswordCheck {
  /**
   * @param stored undefined when there is no such account or it has no password
   * @throws ParleyError('directory_unavailable') when too many wait for their turn
   */
  matches(stored: StoredHash | undefined, password: string): Promise<boolean>;
}

export interface PasswordCheckOptions {
  limit: Limiter;
  /** Hashes of the directory that are known beforehand. */
  known?: readonly StoredHash[];
}

/** Bytes. Longer ones are refused for every login alike, before any work: hashing them would be a cheap way to load the server. */
const longestPassword = 1024;

/** Logins without a hash take the time of the cost that most hashes of the directory have had so far. */
export function createPasswordCheck({ limit, known = [] }: PasswordCheckOptions): PasswordCheck {
  const seen = new Map<string, { stored: StoredHash; count: number }>();
  let commonest = { stored: unseen, count: 0 };

  function see(stored: StoredHash): void {
    const entry = seen.get(stored.cost) ?? { stored, count: 0 };
    entry.count += 1;
    seen.set(stored.cost, entry);
    if (entry.count > commonest.count) commonest = entry;
  }

  for (const stored of known) see(stored);
  return {
    async matches(stored, password) {
      if (Buffer.byteLength(password) > longestPassword) return false;
      if (stored) see(stored);
      const decided = await limit(() => verify(stored ?? commonest.stored, password));
      return decided && stored !== undefined && isTypable(password);
    },
  };
}

/**
 * PBKDF2 and scrypt fill a short password up with NULs and bcrypt repeats it with one between, so that there
 * "demo" and "demo NUL" are the same. Nobody types one.
 */
function isTypable(password: string): boolean {
  return password !== '' && !password.includes('\0');
}

/** While there is no hash to imitate. RFC 9106's profile with the memory that OWASP advises (19 MiB). */
const unseen: StoredHash = {
  cost: 'argon2id:19456:2:1',
  async verify(password) {
    await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    return false;
  },
};

async function verify(stored: StoredHash, password: string): Promise<boolean> {
  try {
    return await stored.verify(password);
  } catch (cause) {
    throw new ParleyError('directory_unavailable', `a hash cannot be computed (${stored.cost})`, { cause });
  }
}
