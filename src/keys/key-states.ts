import type { SigningAlgorithm, SigningEntry } from './signing-entry.ts';

/**
 * - `next`: published, does not sign yet
 * - `current`: signs; one of each algorithm
 * - `previous`: published, because tokens that it signed are still valid
 * - `retired`: not published; what it signed has ended
 */
export type KeyState = 'next' | 'current' | 'previous' | 'retired';

export interface KeyInState {
  entry: SigningEntry;
  state: KeyState;
  /** When it leaves this state, as far as that is decided; milliseconds since the epoch. */
  until?: number;
}

/** Milliseconds. */
export interface KeyTimes {
  /** How long a relying party may go on with the key set that it fetched. */
  jwksCache: number;
  /** The longest life of anything that these keys sign. */
  tokenLife: number;
}

/**
 * Milliseconds that every wait is longer than it would have to be: the clocks of two machines, each five minutes
 * wrong, and five minutes until each process has read the keys.
 */
export const margin = 15 * 60_000;

export const signingAlgorithms: readonly SigningAlgorithm[] = ['RS256', 'ES256'];

/** Every key in its state now: of each algorithm the current one first, then next ones, then previous ones. */
export function keyStates(
  entries: readonly SigningEntry[],
  { tokenLife }: Pick<KeyTimes, 'tokenLife'>,
  now: number,
): KeyInState[] {
  const order: readonly KeyState[] = ['current', 'next', 'previous', 'retired'];
  return signingAlgorithms.flatMap((algorithm) =>
    statesOf(
      entries.filter(({ jwk }) => jwk.alg === algorithm),
      tokenLife,
      now,
    ).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)),
  );
}

/** The key that signs now; absent when the algorithm has none at all. */
export function currentKey(
  states: readonly KeyInState[],
  algorithm: SigningAlgorithm,
): SigningEntry | undefined {
  return find(states, algorithm, 'current')?.entry;
}

export function nextKey(
  states: readonly KeyInState[],
  algorithm: SigningAlgorithm,
): SigningEntry | undefined {
  return find(states, algorithm, 'next')?.entry;
}

function find(states: readonly KeyInState[], algorithm: SigningAlgorithm, state: KeyState) {
  return states.find((key) => key.state === state && key.entry.jwk.alg === algorithm);
}

function statesOf(entries: readonly SigningEntry[], tokenLife: number, now: number): KeyInState[] {
  const decided = entries.filter(isDecided).toSorted((a, b) => a.signsFrom - b.signsFrom);
  const begun = decided.filter(({ signsFrom }) => signsFrom <= now);
  // A clock that lags behind the maker's still has a key to sign with.
  const current = begun.at(-1) ?? decided[0];
  return entries.map((entry): KeyInState => {
    const position = decided.findIndex(({ jwk }) => jwk.kid === entry.jwk.kid);
    const successor = position === -1 ? undefined : decided[position + 1];
    if (entry.jwk.kid === current?.jwk.kid)
      return { entry, state: 'current', ...until(successor?.signsFrom) };
    if (entry.signsFrom === undefined || entry.signsFrom > now)
      return { entry, state: 'next', ...until(entry.signsFrom) };
    const end = (successor?.signsFrom ?? entry.signsFrom) + tokenLife + margin;
    return end <= now ? { entry, state: 'retired' } : { entry, state: 'previous', until: end };
  });
}

function isDecided(entry: SigningEntry): entry is SigningEntry & { signsFrom: number } {
  return entry.signsFrom !== undefined;
}

function until(time: number | undefined): { until?: number } {
  return time === undefined ? {} : { until: time };
}
