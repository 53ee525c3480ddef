import { timingSafeEqual } from 'node:crypto';
import { hashClientSecret } from '../keys/client-secret-hash.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';

/** What a client may prove itself with; times in milliseconds since the epoch. */
interface KeptSecret {
  hash: Buffer;
  expiresAt: number;
}

export interface ClientSecrets {
  /**
   * In a time that tells neither which secret it was nor how much of it was right.
   * @returns undefined for a secret that is wrong or expired
   */
  findLive(clientId: string, secret: string): LiveSecret | undefined;
}

interface LiveSecret {
  /** Until it expires; undefined where it does not. */
  daysLeft: number | undefined;
}

/** The client proves itself with a secret (RFC 6749 section 2.3.1). */
export function usesSecret({
  token_endpoint_auth_methods: methods,
}: Pick<ResolvedClient, 'token_endpoint_auth_methods'>): boolean {
  return methods.some((method) => method === 'client_secret_basic' || method === 'client_secret_post');
}

/** Only hashes are kept, also of secrets that the configuration has in the clear. */
export function createClientSecrets(clients: readonly ResolvedClient[], now: () => number): ClientSecrets {
  const kept = new Map(clients.map((client) => [client.id, readSecrets(client)]));

  return {
    findLive(clientId, secret) {
      const hash = Buffer.from(hashClientSecret(secret));
      // All are compared, whichever fits.
      const matching = (kept.get(clientId) ?? []).filter((candidate) =>
        timingSafeEqual(candidate.hash, hash),
      );
      const expiresAt = Math.max(...matching.map((found) => found.expiresAt));
      if (expiresAt <= now()) return undefined;
      const isEndless = expiresAt === Number.POSITIVE_INFINITY;
      return { daysLeft: isEndless ? undefined : Math.ceil((expiresAt - now()) / 86_400_000) };
    },
  };
}

function readSecrets({ secret, secrets = [] }: ResolvedClient): KeptSecret[] {
  const all = [...(secret === undefined ? [] : [{ value: secret }]), ...secrets];
  return all.map(({ value = '', ...more }) => {
    const { hash, expires }: { hash?: string | undefined; expires?: string | undefined } = more;
    return {
      hash: Buffer.from(hash ?? hashClientSecret(value)),
      expiresAt: expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires),
    };
  });
}
