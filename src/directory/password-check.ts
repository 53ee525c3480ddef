import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { Limiter } from './limit-parallel.ts';

/**
 * Compares a typed password with an argon2id hash so that the time tells nothing about the account: an unknown
 * login, an account without a hash and an empty password cost the same work as a wrong password.
 */
export interface PasswordCheck {
  /** @param passwordHash undefined when there is no such account or it has no password */
  matches(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/** Bytes. Longer ones are refused for every login alike, before any work: hashing them would be a cheap way to load the server. */
const longestPassword = 1024;

/** Used while the directory holds no hash to imitate. RFC 9106's profile with the memory that OWASP advises (19 MiB). */
const defaultCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** @param knownHashes the directory's hashes: the decoy takes the parameters that most of them have */
export async function createPasswordCheck(
  knownHashes: readonly string[],
  options: { limit: Limiter; randomPassword: () => string },
): Promise<PasswordCheck> {
  const decoy = await hash(options.randomPassword(), commonCost(knownHashes));
  return {
    async matches(passwordHash, password) {
      if (Buffer.byteLength(password) > longestPassword) return false;
      const decided = await options.limit(() => verify(passwordHash ?? decoy, password));
      return decided && passwordHash !== undefined && password !== '';
    },
  };
}

function commonCost(hashes: readonly string[]): typeof defaultCost {
  const counts = new Map<string, { cost: typeof defaultCost; count: number }>();
  for (const known of hashes) {
    const { memoryCost, timeCost, parallelism } = parseOptions(known);
    const cost = { memoryCost, timeCost, parallelism };
    const key = JSON.stringify(cost);
    counts.set(key, { cost, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [commonest] = [...counts.values()].toSorted((a, b) => b.count - a.count);
  return commonest?.cost ?? defaultCost;
}
