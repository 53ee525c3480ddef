import type { SigningKey } from './signing-key-schema.ts';

export type SigningAlgorithm = 'RS256' | 'ES256';

/**
 * One signing key and what was decided about it. Which state it is in follows from this and the clock alone
 * (key-states.ts), so that processes need not tell each other. Times are milliseconds since the epoch.
 */
export interface SigningEntry {
  /** Published since. */
  createdAt: number;
  /** Somebody asked that it signs from here on; it may have to wait. */
  wantedFrom?: number | undefined;
  /** Decided: signs from here on. */
  signsFrom?: number | undefined;
  /** Client → when its platform's console had this key. */
  acknowledged: Readonly<Record<string, number>>;
  jwk: SigningKey;
}

export function withoutEntry(entries: readonly SigningEntry[], kid: string): SigningEntry[] {
  return entries.filter(({ jwk }) => jwk.kid !== kid);
}

export function changeEntry(
  entries: readonly SigningEntry[],
  kid: string,
  change: Partial<SigningEntry>,
): SigningEntry[] {
  return entries.map((entry) => (entry.jwk.kid === kid ? { ...entry, ...change } : entry));
}
