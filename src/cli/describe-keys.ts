import type { BrandKeys } from '../brand/brand-keys.ts';
import { keyStates } from '../keys/key-states.ts';
import { missingAcknowledgements } from '../keys/rotation.ts';
import { type PlannedStep, planRotation } from '../keys/rotation-plan.ts';
import type { SigningEntry } from '../keys/signing-entry.ts';

/** A brand's signing keys as `parley keys` prints them, with `--json` and without. */
export interface KeyReport {
  brand: string;
  place: string;
  keys: {
    kid: string;
    alg: string;
    state: string;
    created_at: string;
    signs_from?: string;
    until?: string;
    waiting_for: string[];
  }[];
  plan: { at?: string; alg: string; kid?: string; step: string; why: string }[];
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

export function describeReport({ brand, place, keys, plan }: KeyReport): string[] {
  return [
    `${brand}  ${place}`,
    ...keys.map(
      ({ alg, state, kid, created_at: made, signs_from: from }) =>
        `  ${alg}  ${state.padEnd(8)}  ${kid}  ${from === undefined || state === 'next' ? `published ${shorten(made)}` : `signs since ${shorten(from)}`}`,
    ),
    ...(plan.length === 0 ? [] : ['  What comes:']),
    ...plan.map(
      ({ at, alg, kid, step, why }) =>
        `    ${at === undefined ? 'open             ' : shorten(at)}  ${alg} ${kid === undefined ? step : `${kid.slice(0, 8)} ${step}`}: ${why}`,
    ),
  ];
}

function toIso(time: number): string {
  return new Date(time).toISOString();
}

/** `2026-11-26 02:15Z` */
function shorten(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')}Z`;
}
