import {
  currentKey,
  type KeyInState,
  type KeyTimes,
  keyStates,
  margin,
  nextKey,
  signingAlgorithms,
} from './key-states.ts';
import { changeEntry, type SigningAlgorithm, type SigningEntry, withoutEntry } from './signing-entry.ts';

/** What a brand's keys are rotated by. Milliseconds. */
export interface RotationPolicy extends KeyTimes {
  /** A key signs for so long; absent: keys change by command only. */
  every?: number | undefined;
  /** The schedule shows a next key so long before it is due. */
  announce: number;
  /** Keys made here get a certificate of this name. */
  selfSignedAs?: string;
  /** Keys are made here; otherwise where the signer keeps them, and then named to us. */
  makesKeys: boolean;
  /** Clients in whose platform's console the key of this algorithm is pasted: each has to have the new one first. */
  pastedBy: Readonly<Record<SigningAlgorithm, readonly string[]>>;
}

/** What the clock makes of the keys; all pure. Every step gives a whole set that works, whatever comes after it. */

/**
 * Decides what can be decided, and drops what is retired. Any number of processes may do it at any time, each by its
 * own clock: they decide the same.
 */
export function settle(
  entries: readonly SigningEntry[],
  policy: RotationPolicy,
  now: number,
): readonly SigningEntry[] {
  const states = keyStates(entries, policy, now);
  const retired = states.filter(({ state }) => state === 'retired').map(({ entry }) => entry.jwk.kid);
  const kept = entries.filter(({ jwk }) => !retired.includes(jwk.kid));
  const changed = kept.map((entry) => decide(entry, states, policy, now));
  return changed.length < entries.length || changed.some((entry, place) => entry !== kept[place])
    ? changed
    : entries;
}

/** The algorithms of which the schedule wants a next key now. */
export function dueAlgorithms(
  entries: readonly SigningEntry[],
  policy: RotationPolicy,
  now: number,
): SigningAlgorithm[] {
  const states = keyStates(entries, policy, now);
  return signingAlgorithms.filter((algorithm) => {
    const due = dueAt(states, algorithm, policy);
    return due !== undefined && now >= due - policy.announce && !nextKey(states, algorithm);
  });
}

/** When the schedule wants another key to sign. */
export function dueAt(
  states: readonly KeyInState[],
  algorithm: SigningAlgorithm,
  { every }: Pick<RotationPolicy, 'every'>,
): number | undefined {
  const signsFrom = currentKey(states, algorithm)?.signsFrom;
  return every === undefined || signsFrom === undefined ? undefined : signsFrom + every;
}

/** From here on every relying party that fetches the key set has seen the key. */
export function seenFrom(entry: SigningEntry, { jwksCache }: Pick<KeyTimes, 'jwksCache'>): number {
  return entry.createdAt + jwksCache + margin;
}

/** Clients whose platform is not known to have this key. */
export function missingAcknowledgements(entry: SigningEntry, { pastedBy }: RotationPolicy): string[] {
  return pastedBy[entry.jwk.alg].filter((client) => entry.acknowledged[client] === undefined);
}

/** The next keys of these algorithms shall sign as soon as nothing has to be waited for. */
export function askForSwitch(
  entries: readonly SigningEntry[],
  kids: readonly string[],
  now: number,
): SigningEntry[] {
  return entries.map((entry) =>
    kids.includes(entry.jwk.kid) ? { ...entry, wantedFrom: Math.min(entry.wantedFrom ?? now, now) } : entry,
  );
}

/** They sign now, whoever does not know them yet, and also by a clock that lags behind the switch before. */
export function forceSwitch(
  entries: readonly SigningEntry[],
  kids: readonly string[],
  now: number,
): SigningEntry[] {
  const isForced = ({ jwk }: SigningEntry) => kids.includes(jwk.kid);
  const others = entries.filter((entry) => !isForced(entry));
  return entries.map((entry) => {
    if (!isForced(entry)) return entry;
    const same = others.filter(({ jwk }) => jwk.alg === entry.jwk.alg);
    return { ...entry, signsFrom: Math.max(now, ...same.map(({ signsFrom = 0 }) => signsFrom + 1)) };
  });
}

/** A platform has the key: when it was the last one, it must not be kept waiting for the schedule. */
export function acknowledge(
  entries: readonly SigningEntry[],
  { kid, client, policy, now }: { kid: string; client: string; policy: RotationPolicy; now: number },
): readonly SigningEntry[] {
  const entry = entries.find(({ jwk }) => jwk.kid === kid);
  if (!entry) return entries;
  const acknowledged = { ...entry.acknowledged, [client]: now };
  const changed = changeEntry(entries, kid, { acknowledged });
  const isComplete = missingAcknowledgements({ ...entry, acknowledged }, policy).length === 0;
  return isComplete ? settle(askForSwitch(changed, [kid], now), policy, now) : changed;
}

/**
 * The key is in wrong hands: it leaves at once, and if it was the current one, the next one signs at once. The set
 * must have a next one then. No date keeps the leaked key: a clock that lags must not go on signing with it.
 */
export function dropLeaked(
  entries: readonly SigningEntry[],
  { kid, policy, now }: { kid: string; policy: RotationPolicy; now: number },
): SigningEntry[] {
  const states = keyStates(entries, policy, now);
  const leaked = states.find(({ entry }) => entry.jwk.kid === kid);
  const rest = withoutEntry(entries, kid);
  const next = leaked?.state === 'current' ? nextKey(states, leaked.entry.jwk.alg) : undefined;
  return next ? forceSwitch(rest, [next.jwk.kid], now) : rest;
}

function decide(
  entry: SigningEntry,
  states: readonly KeyInState[],
  policy: RotationPolicy,
  now: number,
): SigningEntry {
  const isFinal = entry.signsFrom !== undefined && entry.signsFrom <= now + margin;
  if (isFinal) return entry;
  const wishes = [entry.wantedFrom, dueAt(states, entry.jwk.alg, policy)].filter(
    (time) => time !== undefined,
  );
  const mustWait = wishes.length === 0 || missingAcknowledgements(entry, policy).length > 0;
  // Never in the past: the key before it would have been retired while its tokens live.
  const signsFrom = mustWait ? undefined : Math.max(Math.min(...wishes), seenFrom(entry, policy), now);
  return signsFrom === entry.signsFrom ? entry : { ...entry, signsFrom };
}
