import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyError } from './key-error.ts';

/**
 * Files that hold private keys: mode 0600 in a folder of mode 0700, complete or absent.
 */

/** @returns the text, or undefined when there is no such file */
export async function findSecretFile(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      throw new KeyError('exposed', `${file} can be read by others on this machine: chmod 600 ${file}`);
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof KeyError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new KeyError('unusable', `${file} cannot be read (${codeOf(error)})`, error);
  }
}

/**
 * Writes the file unless there is one. Of any number of processes exactly one wins: a hard link to the finished
 * text either appears whole or fails, so that no reader sees half a key and no lock can go stale.
 */
export async function createSecretFile(file: string, text: string): Promise<'created' | 'exists'> {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeDurably(draft, text);
    await link(draft, file);
    await syncFolder(dirname(file));
    return 'created';
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'exists';
    throw new KeyError('unusable', `${file} cannot be written (${codeOf(error)})${adviceFor(error)}`, error);
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/** Writes over the file in one step: whoever reads it sees the old text or the new one. */
export async function replaceSecretFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    await writeDurably(draft, text);
    await rename(draft, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw new KeyError('unusable', `${file} cannot be written (${codeOf(error)})`, error);
  }
}

/** Loads the file, or makes it first when that is allowed; whoever made it, all callers get the same text. */
export async function loadSecretFile(options: {
  file: string;
  /** undefined: a missing file is an error. */
  make: (() => Promise<string>) | undefined;
  /** The command that makes the file. */
  command: string;
}): Promise<string> {
  const { file, make, command } = options;
  const found = await findSecretFile(file);
  if (found !== undefined) return found;
  if (!make) throw new KeyError('missing', `there is no ${file}: make it once with \`${command}\``);
  await createSecretFile(file, await make());
  const text = await findSecretFile(file);
  if (text === undefined) throw new KeyError('unusable', `${file} vanished while it was made`);
  return text;
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without it a power cut could leave tokens in the world whose key was lost with the folder's entry. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function adviceFor(error: unknown): string {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error))
    ? ': the folder must be on a file system with hard links'
    : '';
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown reason';
}
