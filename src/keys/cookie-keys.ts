import { join } from 'node:path';
import { z } from 'zod';
import { KeyError } from './key-error.ts';
import { createRandomSecret } from './random-secret.ts';
import { loadSecretFile } from './secret-file.ts';

/**
 * The keys that sign cookies where PARLEY_COOKIE_KEYS is not set: development and one machine. Newest first.
 */
export interface CookieKeyOptions {
  /** PARLEY_KEYS */
  folder: string;
  /** Make them when there are none. */
  create: boolean;
}

const fileSchema = z.strictObject({ keys: z.array(z.string().min(32)).min(1) });

/** @throws KeyError */
export async function loadCookieKeys({ folder, create }: CookieKeyOptions): Promise<string[]> {
  const file = join(folder, 'cookie-keys.json');
  const text = await loadSecretFile({
    file,
    make: create ? async () => `${JSON.stringify({ keys: [createRandomSecret()] })}\n` : undefined,
    command: 'export PARLEY_COOKIE_KEYS=$(npx parley keys cookie)',
  });
  return parse(text, file);
}

function parse(text: string, file: string): string[] {
  try {
    return fileSchema.parse(JSON.parse(text)).keys;
  } catch {
    throw new KeyError('broken', `${file} is not a file of cookie keys: remove it to have new ones made`);
  }
}
