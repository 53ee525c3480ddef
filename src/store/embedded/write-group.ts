import type { DatabaseSync } from 'node:sqlite';
import { ParleyError } from '../../errors.ts';
import { answer } from './answer.ts';

/**
 * What is written in one turn of the event loop is one transaction, so that the disk is waited for once. Each work is done
 * at once and seen by whoever reads after it; nobody is told that it is done before all of it is on the disk.
 */
export interface WriteGroup {
  /** A work that fails is the only one that does; of several statements it makes a transaction of its own. */
  write<T>(work: () => T): Promise<T>;
  /** Ends the transaction that is open, if any. */
  finish(): void;
}

interface Done {
  confirm(): void;
  reject(reason: unknown): void;
}

export function createWriteGroup(database: DatabaseSync): WriteGroup {
  let group: Done[] = [];

  function begin(): void {
    if (database.isTransaction) return;
    if (group.length > 0) finish();
    database.exec('BEGIN IMMEDIATE');
    setImmediate(finish);
  }

  function finish(): void {
    const done = group;
    group = [];
    try {
      if (!database.isTransaction) {
        if (done.length === 0) return;
        // On a disk that is full or fails SQLite undoes the whole transaction by itself, with all who wrote before.
        throw new ParleyError('store_unavailable', 'the embedded store undid what was written');
      }
      database.exec('COMMIT');
      for (const { confirm } of done) confirm();
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
      for (const { reject } of done) reject(error);
    }
  }

  return {
    finish,
    write<T>(work: () => T): Promise<T> {
      return answer(() => {
        begin();
        const value = work();
        const { promise, resolve, reject } = Promise.withResolvers<T>();
        group.push({ confirm: () => resolve(value), reject });
        return promise;
      });
    },
  };
}
