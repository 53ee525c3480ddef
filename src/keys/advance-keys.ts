import { createSigningKey } from './create-signing-keys.ts';
import type { KeyHome } from './key-home.ts';
import { dueAlgorithms, type RotationPolicy, settle } from './rotation.ts';
import type { SigningAlgorithm, SigningEntry } from './signing-entry.ts';
import { formatSigningFile, parseSigningFile } from './signing-file.ts';

/** Does what the schedule and the clock ask for; whichever process comes first does it for all. */

export function isAdvanceDue(entries: readonly SigningEntry[], policy: RotationPolicy, now: number): boolean {
  return settle(entries, policy, now) !== entries || madeHere(entries, policy, now).length > 0;
}

function madeHere(entries: readonly SigningEntry[], policy: RotationPolicy, now: number): SigningAlgorithm[] {
  return policy.makesKeys ? dueAlgorithms(entries, policy, now) : [];
}

/** @throws KeyError */
export async function advanceKeys(
  home: KeyHome,
  policy: RotationPolicy,
  now: number,
): Promise<'changed' | 'same' | 'busy'> {
  return home.change(
    async (text) => {
      const entries = parseSigningFile(text, home.place);
      if (!isAdvanceDue(entries, policy, now)) return undefined;
      const added = await Promise.all(
        madeHere(entries, policy, now).map((algorithm) => draftNextKey(algorithm, now)),
      );
      return formatSigningFile(settle([...entries, ...added], policy, now));
    },
    { wait: false },
  );
}

export async function draftNextKey(algorithm: SigningAlgorithm, now: number): Promise<SigningEntry> {
  return { createdAt: now, acknowledged: {}, jwk: await createSigningKey(algorithm) };
}
