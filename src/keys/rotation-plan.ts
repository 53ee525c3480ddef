import { keyStates, margin, nextKey, signingAlgorithms } from './key-states.ts';
import { dueAt, missingAcknowledgements, type RotationPolicy, seenFrom } from './rotation.ts';
import type { SigningAlgorithm, SigningEntry } from './signing-entry.ts';

/** What will happen to a brand's keys, when, and why: for people. */
export interface PlannedStep {
  /** Milliseconds since the epoch; absent: when somebody did something. */
  at?: number;
  algorithm: SigningAlgorithm;
  /** Absent: the key is not made yet. */
  kid?: string;
  step: 'make a next key' | 'becomes current' | 'is waited for' | 'is retired';
  why: string;
}

/** Earliest first; what has no time yet comes last. */
export function planRotation(
  entries: readonly SigningEntry[],
  policy: RotationPolicy,
  now: number,
): PlannedStep[] {
  const steps = signingAlgorithms.flatMap((algorithm) => [
    ...planNext(entries, algorithm, policy, now),
    ...planRetirements(entries, algorithm, policy, now),
  ]);
  return steps.toSorted((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity));
}

function planNext(
  entries: readonly SigningEntry[],
  algorithm: SigningAlgorithm,
  policy: RotationPolicy,
  now: number,
): PlannedStep[] {
  const states = keyStates(entries, policy, now);
  const next = nextKey(states, algorithm);
  const due = dueAt(states, algorithm, policy);
  if (!next) {
    if (due === undefined) return [];
    const why = `the schedule changes keys every ${inWords(policy.every ?? 0)} and shows them ${inWords(policy.announce)} before`;
    return [{ at: Math.max(now, due - policy.announce), algorithm, step: 'make a next key', why }];
  }
  const { kid } = next.jwk;
  const missing = missingAcknowledgements(next, policy);
  const seen = seenFrom(next, policy);
  if (next.signsFrom !== undefined) {
    const why =
      next.signsFrom <= seen
        ? `relying parties may keep a key set for ${inWords(policy.jwksCache)}; ${inWords(margin)} for clocks and copies`
        : `so it was asked for, or the schedule's ${inWords(policy.every ?? 0)} are over`;
    return [{ at: next.signsFrom, algorithm, kid, step: 'becomes current', why }];
  }
  if (missing.length > 0) {
    const from = seen > now ? `from ${new Date(seen).toISOString()} on: ` : '';
    const tasks = missing.map((client) => `paste it at ${client}, then parley keys ack ${client}`).join('; ');
    return [{ algorithm, kid, step: 'is waited for', why: `${from}${tasks}` }];
  }
  return [{ algorithm, kid, step: 'is waited for', why: 'nobody asked for it yet: parley keys rotate' }];
}

function planRetirements(
  entries: readonly SigningEntry[],
  algorithm: SigningAlgorithm,
  policy: RotationPolicy,
  now: number,
): PlannedStep[] {
  const states = keyStates(entries, policy, now).filter(({ entry }) => entry.jwk.alg === algorithm);
  const why = `what it signed is valid for ${inWords(policy.tokenLife)} at most; ${inWords(margin)} for clocks and copies`;
  return states.flatMap(({ entry, state, until }) => {
    const at =
      state === 'previous'
        ? until
        : state === 'current' && until !== undefined
          ? until + policy.tokenLife + margin
          : undefined;
    return at === undefined ? [] : [{ at, algorithm, kid: entry.jwk.kid, step: 'is retired' as const, why }];
  });
}

const units: readonly [number, string][] = [
  [24 * 3_600_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** `1 h 15 min`, from milliseconds. */
export function inWords(milliseconds: number): string {
  let rest = milliseconds;
  const parts = units.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ') || '0 s';
}
