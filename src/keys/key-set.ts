import { join } from 'node:path';
import type { JWK } from 'jose';
import { brandFolder } from './brand-folder.ts';
import { createSigningKeys } from './create-signing-keys.ts';
import { KeyError } from './key-error.ts';
import { loadSecretFile } from './secret-file.ts';
import { findUnsoundness, signingFileSchema } from './signing-key-schema.ts';

/** One brand's private signing keys, in `<folder>/<brand>/signing.json`. */
export interface KeySet {
  /** Private. Newest first: of each algorithm the first signs, the others still verify. */
  jwks: { keys: JWK[] };
  /** The file they come from. */
  file: string;
}

export interface KeySetOptions {
  /** PARLEY_KEYS */
  folder: string;
  brand: string;
  /** Make the keys when there are none. */
  create: boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** @throws KeyError; `missing` names the command that makes the keys */
export async function loadKeySet({ folder, brand, create, now = Date.now }: KeySetOptions): Promise<KeySet> {
  const file = join(brandFolder(folder, brand), 'signing.json');
  const text = await loadSecretFile({
    file,
    make: create ? () => draftSigningFile(now) : undefined,
    command: `npx parley keys create ${brand}`,
  });
  return { jwks: { keys: parseSigningFile(text, file) }, file };
}

/** The key that signs ID tokens. */
export function signingKey(
  { jwks }: Pick<KeySet, 'jwks'>,
  alg: 'RS256' | 'ES256' = 'RS256',
): JWK | undefined {
  return jwks.keys.find((key) => key.alg === alg);
}

async function draftSigningFile(now: () => number): Promise<string> {
  const created_at = new Date(now()).toISOString();
  const keys = (await createSigningKeys()).map((jwk) => ({ created_at, jwk }));
  return `${JSON.stringify({ keys }, undefined, 2)}\n`;
}

function parseSigningFile(text: string, file: string): JWK[] {
  const parsed = signingFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    // The path only: what stands there may be a piece of a key.
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new KeyError('broken', `${file} is not a key file${where === '' ? '' : ` (at ${where})`}`);
  }
  const keys = parsed.data.keys.map(({ jwk }) => jwk);
  const reason = findUnsoundness(keys);
  if (reason !== undefined) throw new KeyError('broken', `${file} cannot be used: ${reason}`);
  return keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
