import { z } from 'zod';
import { KeyError } from './key-error.ts';
import { createRandomSecret } from './random-secret.ts';
import { loadSecretFile } from './secret-file.ts';

/** A file of random keys, newest first, for where the environment gives none: development and one machine. */
export interface KeyListOptions {
  file: string;
  /** What they are, for messages: `cookie keys`. */
  what: string;
  /** What gives them to every process instead. */
  command: string;
  /** Make them when there are none. */
  create: boolean;
  /** What a lost file costs. */
  advice: string;
}

const fileSchema = z.strictObject({ keys: z.array(z.string().min(32)).min(1) });

/** @throws KeyError */
export async function loadKeyList({
  file,
  what,
  command,
  create,
  advice,
}: KeyListOptions): Promise<string[]> {
  const text = await loadSecretFile({
    file,
    make: create ? async () => `${JSON.stringify({ keys: [createRandomSecret()] })}\n` : undefined,
    command,
  });
  try {
    return fileSchema.parse(JSON.parse(text)).keys;
  } catch {
    throw new KeyError('broken', `${file} is not a file of ${what}: ${advice}`);
  }
}
