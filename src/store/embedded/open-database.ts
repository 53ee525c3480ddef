import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isOutside } from './answer.ts';
import { createSchema } from './schema.ts';
import { checkSqliteVersion } from './sqlite-version.ts';

export interface DatabaseOptions {
  folder: string;
  /** Milliseconds to wait for another process's write. */
  busyTimeout: number;
}

/** Opens the database file of the embedded store, ready for several processes on one local disk. */
export function openDatabase({ folder, busyTimeout }: DatabaseOptions): DatabaseSync {
  checkSqliteVersion(process.versions.sqlite ?? 'no SQLite');
  const file = join(folder, 'parley.db');
  createPrivately(folder, file);
  const database = new DatabaseSync(file, { timeout: busyTimeout });
  try {
    useWriteAheadLog(database, Date.now() + Math.max(busyTimeout, 5000));
    // FULL: a code that was answered as consumed stays consumed after a power cut.
    database.exec('PRAGMA synchronous = FULL');
    createSchema(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * The file holds sessions and account ids. SQLite gives its companion files the mode of the main file. A folder
 * that was there before keeps its mode: it may be a mount point or hold other things.
 */
function createPrivately(folder: string, file: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

/** The first switch needs the file for itself and does not wait for it, so workers that start together try again. */
function useWriteAheadLog(database: DatabaseSync, deadline: number): void {
  for (;;) {
    try {
      const row = database.prepare('PRAGMA journal_mode = WAL').get();
      if (row?.['journal_mode'] === 'wal') return;
      throw new Error('The embedded store needs a local disk: its folder does not allow a write-ahead log.');
    } catch (error) {
      if (!isOutside(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
