import { join } from 'node:path';
import { fileStamp } from '../file-stamp.ts';
import { brandFolder } from './brand-folder.ts';
import { createFileLock, type HeldLock, waitForLock } from './file-lock.ts';
import { KeyError } from './key-error.ts';
import type { KeyHome } from './key-home.ts';
import { createSecretFile, findSecretFile, replaceSecretFile } from './secret-file.ts';

export interface KeyFolder {
  /** PARLEY_KEYS */
  folder: string;
  brand: string;
  /** An agent has the private keys: for what messages advise. */
  hasAgent?: boolean;
}

/** `<folder>/<brand>/signing.json`, beside it `signing.json.lock` for as long as it is written. */
export function openKeyFolder({ folder, brand, hasAgent = false }: KeyFolder): KeyHome {
  const file = join(brandFolder(folder, brand), 'signing.json');
  const command = `npx parley keys create ${brand}${hasAgent ? ' --agent <name>' : ''}`;
  const lock = createFileLock(`${file}.lock`);

  async function write(held: HeldLock, change: (text: string) => Promise<string | undefined>) {
    const text = await findSecretFile(file);
    if (text === undefined)
      throw new KeyError('missing', `there is no ${file}: make it once with \`${command}\``);
    const changed = await change(text);
    if (changed === undefined || changed === text) return 'same' as const;
    // Somebody took us for dead and may have written.
    if (!(await held.isHeld())) return 'busy' as const;
    await replaceSecretFile(file, changed);
    return 'changed' as const;
  }

  return {
    place: file,
    command,
    read: () => findSecretFile(file),
    stamp: () => fileStamp(file),
    async create(text) {
      await createSecretFile(file, text);
    },
    async change(change, { wait }) {
      const held = await acquire(wait);
      if (!held) return 'busy';
      try {
        return await write(held, change);
      } finally {
        await held.release();
      }
    },
  };

  async function acquire(wait: boolean): Promise<HeldLock | undefined> {
    try {
      return wait ? await waitForLock(lock) : await lock.acquire();
    } catch (error) {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT')
        throw new KeyError('missing', `there is no ${file}: make it once with \`${command}\``);
      throw new KeyError('unusable', `${file} cannot be written (${code})`, error);
    }
  }
}
