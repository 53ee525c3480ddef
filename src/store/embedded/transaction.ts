import type { DatabaseSync } from 'node:sqlite';

/**
 * Several statements as one. IMMEDIATE takes the write lock at the start: a transaction that reads first and
 * then writes would be refused without waiting when another process wrote in between. Inside another one it is a part of
 * that, which undoes itself alone.
 */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  const [begin, commit, rollback] = database.isTransaction
    ? (['SAVEPOINT part', 'RELEASE part', 'ROLLBACK TO part; RELEASE part'] as const)
    : (['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'] as const);
  database.exec(begin);
  try {
    const result = work();
    database.exec(commit);
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec(rollback);
    throw error;
  }
}
