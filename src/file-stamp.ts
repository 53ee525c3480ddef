import { statSync } from 'node:fs';

/**
 * Another text whenever the file is another one, also where it was replaced by renaming; undefined where there is none
 * that can be looked at. The look waits for the file system: it takes about a microsecond, one that gives way to other
 * work twenty times as much, and a process with a thousand brands looks at thousands of files all the time.
 */
export function fileStamp(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}`;
  } catch {
    return undefined;
  }
}
