import { UnusableHash } from './password-format.ts';

/**
 * What one check may cost. Whoever can write a hash into the brand's database could otherwise stop the process
 * with one sign-in, and a digest of no bytes would equal that of any password.
 */
const largest = {
  /** KiB */
  memory: 262_144,
  argon2Passes: 16,
  argon2Lanes: 16,
  pbkdf2Iterations: 2_000_000,
  /** log2 of the rounds: about three seconds. */
  bcryptCost: 15,
  /** log2 of the rounds: a fraction of a second. */
  phpassCost: 17,
  /** KiB of all lanes together, one after the other. */
  scryptWork: 1_048_576,
} as const;

const fewestDigestBytes = 16;
const mostDigestBytes = 128;

/** @throws UnusableHash */
export function checkCost(format: string, costs: { [Limit in keyof typeof largest]?: number }): void {
  for (const [limit, cost] of Object.entries(costs)) {
    if (Number.isSafeInteger(cost) && cost >= 1 && cost <= largest[limit as keyof typeof largest]) continue;
    throw new UnusableHash(`a ${format} hash costs more than a sign-in may, or states no cost`);
  }
}

/** @throws UnusableHash */
export function checkDigest(format: string, digest: Buffer): void {
  if (digest.length < fewestDigestBytes || digest.length > mostDigestBytes) {
    throw new UnusableHash(`a ${format} hash is cut off or too long`);
  }
}
