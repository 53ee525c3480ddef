import { readFile } from 'node:fs/promises';
import { fileStamp } from '../file-stamp.ts';
import type { Log } from '../log.ts';

/**
 * What a file says, read again when the file has changed: looked at when somebody asks, at most once a second.
 * A file that is gone or broken later leaves the last good content in force and says so in the log, once.
 */
export interface ReloadingFile<T> {
  current(): Promise<T>;
}

export interface ReloadingFileOptions<T> {
  path: string;
  parse: (text: string) => Promise<T>;
  log: Pick<Log, 'error' | 'info'>;
  /** Milliseconds. */
  now: () => number;
}

const pause = 1000;

/** @throws what `parse` or reading throws, for the first content only */
export async function loadReloadingFile<T>({
  path,
  parse,
  log,
  now,
}: ReloadingFileOptions<T>): Promise<ReloadingFile<T>> {
  let seen = await fileStamp(path);
  let content = await parse(await readFile(path, 'utf8'));
  let lookedAt = now();
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    const stamp = await fileStamp(path);
    if (stamp === seen) return;
    // Remembered before reading: a change in between has another stamp and is read the next time.
    seen = stamp;
    try {
      content = await parse(await readFile(path, 'utf8'));
      log.info({ file: path }, 'accounts file read again');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ file: path, reason }, 'accounts file not usable: the last good one stays in force');
    }
  };
  return {
    async current() {
      if (Math.abs(now() - lookedAt) >= pause) {
        lookedAt = now();
        looking ??= look().finally(() => {
          looking = undefined;
        });
      }
      await looking;
      return content;
    },
  };
}
