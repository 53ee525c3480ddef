import { join } from 'node:path';
import { z } from 'zod';
import { brandFolder } from './brand-folder.ts';
import { KeyError } from './key-error.ts';
import { createRandomSecret } from './random-secret.ts';
import { loadSecretFile } from './secret-file.ts';

/**
 * The salt of a brand's pairwise subjects (OpenID Connect Core 8.1), in `<folder>/<brand>/pairwise.json`. It is
 * never rotated: with another salt every consumer becomes a stranger to the platforms.
 */
export interface PairwiseSaltOptions {
  /** PARLEY_KEYS */
  folder: string;
  brand: string;
  /** Make it when there is none. */
  create: boolean;
}

const fileSchema = z.strictObject({ salt: z.string().min(32) });

/** @throws KeyError */
export async function loadPairwiseSalt({ folder, brand, create }: PairwiseSaltOptions): Promise<string> {
  const file = join(brandFolder(folder, brand), 'pairwise.json');
  const text = await loadSecretFile({
    file,
    make: create ? async () => `${JSON.stringify({ salt: createRandomSecret() })}\n` : undefined,
    command: `npx parley keys create ${brand}`,
  });
  try {
    return fileSchema.parse(JSON.parse(text)).salt;
  } catch {
    throw new KeyError(
      'broken',
      `${file} does not hold a salt: restore it from a backup, for a new one changes every subject`,
    );
  }
}
