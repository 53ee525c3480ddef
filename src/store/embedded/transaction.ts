import type { DatabaseSync } from 'node:sqlite';

/**
 * Several statements as one. IMMEDIATE takes the write lock at the start: a transaction that reads first and
 * then writes would be refused without waiting when another process wrote in between.
 */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
