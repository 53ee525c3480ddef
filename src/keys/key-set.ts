import type { JWK } from 'jose';
import { addCertificates, readCertificate } from './certificates.ts';
import { createSigningKeys } from './create-signing-keys.ts';
import { KeyError } from './key-error.ts';
import { type KeyFolder, openKeyFolder } from './key-folder.ts';
import type { KeyHome } from './key-home.ts';
import { type KeyInState, type KeyTimes, keyStates } from './key-states.ts';
import type { SigningAlgorithm, SigningEntry } from './signing-entry.ts';
import { formatSigningFile, parseSigningFile } from './signing-file.ts';

/** One brand's signing keys as they are now. */
export interface KeySet {
  /** Private. Of each algorithm the current key first, then what is published beside it. */
  jwks: { keys: JWK[] };
  states: readonly KeyInState[];
  entries: readonly SigningEntry[];
  /** Where they come from. */
  file: string;
  /** Files of certificates that are for none of the keys. */
  unusedCertificates: readonly string[];
  /** Of the text that was read (KeyHome.stamp). */
  stamp: string | undefined;
}

export type KeySetOptions = LoadOptions & ({ home: KeyHome } | KeyFolder);

interface LoadOptions {
  /** Make the keys when there are none. */
  create: boolean;
  /** PEM files of certificates for the keys. */
  certificates?: readonly string[];
  /** Milliseconds; absent: a key that signed once is never retired. */
  times?: Pick<KeyTimes, 'tokenLife'>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** @throws KeyError; `missing` names the command that makes the keys */
export async function loadKeySet(options: KeySetOptions): Promise<KeySet> {
  const { create, times = { tokenLife: Infinity }, now = Date.now } = options;
  const home = 'home' in options ? options.home : openKeyFolder(options);
  // Before the text: a change in between is seen at the next look.
  let stamp = await home.stamp();
  let text = await home.read();
  if (text === undefined && create) {
    await home.create(formatSigningFile(await draftFirstKeys(now())));
    stamp = await home.stamp();
    text = await home.read();
  }
  if (text === undefined)
    throw new KeyError('missing', `there is no ${home.place}: make it once with \`${home.command}\``);
  const { entries, unused } = addCertificates(
    parseSigningFile(text, home.place),
    (options.certificates ?? []).map(readCertificate),
  );
  return { ...arrangeKeySet(entries, times, now()), file: home.place, stamp, unusedCertificates: unused };
}

/** The same keys at another time. */
export function arrangeKeySet(
  entries: readonly SigningEntry[],
  times: Pick<KeyTimes, 'tokenLife'>,
  now: number,
): Pick<KeySet, 'entries' | 'states' | 'jwks'> {
  const states = keyStates(entries, times, now);
  const published = states.filter(({ state }) => state !== 'retired');
  return { entries, states, jwks: { keys: published.map(({ entry }) => entry.jwk) } };
}

async function draftFirstKeys(now: number): Promise<SigningEntry[]> {
  const keys = await createSigningKeys();
  return keys.map((jwk) => ({ createdAt: now, signsFrom: now, acknowledged: {}, jwk }));
}

/** The key that signs ID tokens. */
export function signingKey({ jwks }: Pick<KeySet, 'jwks'>, alg: SigningAlgorithm = 'RS256'): JWK | undefined {
  return jwks.keys.find((key) => key.alg === alg);
}
