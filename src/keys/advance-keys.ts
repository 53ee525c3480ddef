import { createSigningKey } from './create-signing-keys.ts';
import type { KeyHome } from './key-home.ts';
import { dueAlgorithms, type RotationPolicy, settle } from './rotation.ts';
import type { SigningAlgorithm, SigningEntry } from './signing-entry.ts';
import { createSelfSignedCertificate } from './self-signed-certificate.ts';
import { formatSigningFile, parseSigningFile } from './signing-file.ts';

/** Milliseconds; no key should sign for so long. */
const certificateLife = 10 * 365 * 24 * 3_600_000;

/** Does what the schedule and the clock ask for; whichever process comes first does it for all. */

export function isAdvanceDue(entries: readonly SigningEntry[], policy: RotationPolicy, now: number): boolean {
  return (
    settle(entries, policy, now) !== entries ||
    madeHere(entries, policy, now).length > 0 ||
    entries.some((entry) => lacksCertificate(entry, policy))
  );
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
      return formatSigningFile(
        settle([...entries, ...added], policy, now).map((entry) => withCertificate(entry, policy)),
      );
    },
    { wait: false },
  );
}

/** Without a certificate of its own, and with a private half that could sign one. */
function lacksCertificate({ jwk }: SigningEntry, { selfSignedAs }: RotationPolicy): boolean {
  return selfSignedAs !== undefined && 'd' in jwk && jwk.x5c === undefined;
}

function withCertificate(entry: SigningEntry, policy: RotationPolicy): SigningEntry {
  const { createdAt, jwk } = entry;
  if (!lacksCertificate(entry, policy)) return entry;
  const times = { from: createdAt, until: createdAt + certificateLife };
  const x5c = [createSelfSignedCertificate({ jwk, name: policy.selfSignedAs ?? '', ...times })];
  return { ...entry, jwk: { ...jwk, x5c } };
}

export async function draftNextKey(algorithm: SigningAlgorithm, now: number): Promise<SigningEntry> {
  return { createdAt: now, acknowledged: {}, jwk: await createSigningKey(algorithm) };
}
