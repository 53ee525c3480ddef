import type { BrandKeys } from '../brand/brand-keys.ts';
import { loadKeySet } from '../keys/key-set.ts';
import { type KeyState, keyStates } from '../keys/key-states.ts';
import { missingAcknowledgements } from '../keys/rotation.ts';
import { type PlannedStep, planRotation } from '../keys/rotation-plan.ts';
import type { SigningAlgorithm, SigningEntry } from '../keys/signing-entry.ts';

/** A brand's signing keys as the operator gets them to see: their states, and what comes. */
export interface KeyReport {
  brand: string;
  place: string;
  keys: {
    kid: string;
    alg: SigningAlgorithm;
    state: KeyState;
    created_at: string;
    signs_from?: string;
    until?: string;
    waiting_for: string[];
  }[];
  plan: { at?: string; alg: SigningAlgorithm; kid?: string; step: string; why: string }[];
}

/** As the keys are where they rest, whatever a running process has seen of them. @throws KeyError */
export async function readKeyReport(brand: string, keys: BrandKeys & { now: number }): Promise<KeyReport> {
  const { policy, now } = keys;
  const { entries } = await loadKeySet({ ...keys, create: false, times: policy, now: () => now });
  return reportKeys(brand, entries, keys);
}

export function reportKeys(
  brand: string,
  entries: readonly SigningEntry[],
  { home, policy, now }: BrandKeys & { now: number },
): KeyReport {
  return {
    brand,
    place: home.place,
    keys: keyStates(entries, policy, now).map(({ entry, state, until }) => ({
      kid: entry.jwk.kid,
      alg: entry.jwk.alg,
      state,
      created_at: toIso(entry.createdAt),
      ...(entry.signsFrom !== undefined && { signs_from: toIso(entry.signsFrom) }),
      ...(until !== undefined && { until: toIso(until) }),
      waiting_for: state === 'next' ? missingAcknowledgements(entry, policy) : [],
    })),
    plan: planRotation(entries, policy, now).map(reportStep),
  };
}

function reportStep({ at, algorithm, kid, step, why }: PlannedStep): KeyReport['plan'][number] {
  return {
    ...(at !== undefined && { at: toIso(at) }),
    alg: algorithm,
    ...(kid !== undefined && { kid }),
    step,
    why,
  };
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}
