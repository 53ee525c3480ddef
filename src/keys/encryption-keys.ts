import { join } from 'node:path';
import { loadKeyList } from './key-list.ts';

/**
 * The keys that seal secrets in the store where PARLEY_ENCRYPTION_KEYS is not set: development and one machine.
 * Newest first.
 */
export interface EncryptionKeyOptions {
  /** PARLEY_KEYS */
  folder: string;
  /** Make them when there are none. */
  create: boolean;
}

/** @throws KeyError */
export function loadEncryptionKeys({ folder, create }: EncryptionKeyOptions): Promise<string[]> {
  return loadKeyList({
    file: join(folder, 'encryption-keys.json'),
    what: 'encryption keys',
    command: 'export PARLEY_ENCRYPTION_KEYS=$(npx parley keys encryption)',
    create,
    advice: 'restore it from a backup, for what was sealed with it opens with nothing else',
  });
}
