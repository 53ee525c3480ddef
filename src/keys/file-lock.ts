import { randomUUID } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** One writer of a file among processes that share its folder, also over a network. */
export interface FileLock {
  /** Ours, until `release`; undefined: somebody else is at it. */
  acquire(): Promise<HeldLock | undefined>;
}

export interface HeldLock {
  /** Still ours: to be asked in the last moment before what must not happen twice. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Milliseconds. Who holds it works for some hundredths of a second. */
const patience = 10_000;

/**
 * A lock that its owner left behind is seen by its not changing while we look, never by comparing clocks: those of
 * two machines may be minutes apart.
 */
export function createFileLock(file: string, tick: () => number = () => performance.now()): FileLock {
  let seen: { owner: string; since: number } | undefined;

  async function isAbandoned(): Promise<boolean> {
    const owner = await ownerOf(file);
    if (owner === undefined) return false;
    if (seen?.owner !== owner) seen = { owner, since: tick() };
    return tick() - seen.since >= patience;
  }

  return {
    async acquire() {
      if (await isAbandoned()) await breakLock(file, seen?.owner ?? '');
      const owner = randomUUID();
      if (!(await claim(file, owner))) return undefined;
      seen = undefined;
      const isHeld = async () => (await ownerOf(file)) === owner;
      return {
        isHeld,
        async release() {
          if (await isHeld()) await unlink(file).catch(() => {});
        },
      };
    },
  };
}

/** Waits for its turn, as long as an abandoned lock takes to be noticed. */
export async function waitForLock(lock: FileLock): Promise<HeldLock | undefined> {
  const end = performance.now() + 2 * patience;
  for (;;) {
    const held = await lock.acquire();
    if (held || performance.now() > end) return held;
    await pause(50);
  }
}

/** A hard link to a finished text appears whole or fails: nobody sees a lock without an owner. */
async function claim(file: string, owner: string): Promise<boolean> {
  const draft = `${file}.${owner}`;
  await writeFile(draft, owner, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/** Of two who break it at once, the second may take hold of the fresh lock of the first: that one is put back. */
async function breakLock(file: string, owner: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await ownerOf(aside)) !== owner) await link(aside, file).catch(() => {});
  await unlink(aside).catch(() => {});
}

async function ownerOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
