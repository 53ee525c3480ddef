import { missingAcknowledgements, type RotationPolicy, seenFrom } from '../keys/rotation.ts';
import { inWords } from '../keys/rotation-plan.ts';
import type { SigningEntry } from '../keys/signing-entry.ts';

/** What stops working when keys change in a hurry, for whom and for how long: sentences for the operator. */

interface Moment {
  policy: RotationPolicy;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The key signs before everybody knows it. */
export function breaksOfSwitch(next: SigningEntry, { policy, now }: Moment): string[] {
  const missing = missingAcknowledgements(next, policy);
  const rest = seenFrom(next, policy) - now;
  return [
    ...missing.map((client) => `${client} refuses every new token until the new key is pasted there`),
    ...(rest > 0
      ? [
          `relying parties that do not fetch the key set for an unknown key refuse new tokens for up to ${inWords(Math.min(rest, policy.jwksCache))}`,
        ]
      : []),
  ];
}

/** The key leaves the set while what it signed is valid. */
export function breaksOfLeaving({ policy }: Moment): string {
  return `tokens that the key signed are refused from the next fetch of the key set on; they would be valid for up to ${inWords(policy.tokenLife)}`;
}

/** Others can sign with the key. */
export function breaksOfLeak({ policy }: Moment): string {
  return `whoever has the key can sign tokens that a relying party believes until it fetches the key set again: up to ${inWords(policy.jwksCache)}, or until the new key is pasted`;
}
