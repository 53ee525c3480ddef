import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './transaction.ts';

/** The tables of the embedded store. Times are epoch milliseconds unless the name says otherwise. */
const schemaVersion = 1;

/** Stands for "no expiry", so that every query compares with one rule. */
export const never = Number.MAX_SAFE_INTEGER;

const firstTables = ['records', 'members', 'counters', 'locks', 'not_before'] as const;

/** Every table that forgets by itself; the sweep goes through them. */
export const expiringTables = [...firstTables, 'attempts'] as const;

/** What came later without changing what was there: made in a file that has it not, whoever wrote that. */
const additions = `
CREATE TABLE IF NOT EXISTS attempts (
  brand TEXT NOT NULL, name TEXT NOT NULL,
  count INTEGER NOT NULL, last INTEGER NOT NULL, since INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name)
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_expiry ON attempts (expires_at);
`;
/** The last thing that `additions` makes: a file that has it has them all. */
const newestAddition = 'attempts_expiry';

/** A record whose payload is NULL is a tombstone. */
const statements = `
CREATE TABLE records (
  brand TEXT NOT NULL, model TEXT NOT NULL, id TEXT NOT NULL,
  payload TEXT, uid TEXT, user_code TEXT, grant_id TEXT,
  consumed_seconds INTEGER, expires_at INTEGER NOT NULL,
  UNIQUE (brand, model, id)
) STRICT;
CREATE INDEX records_uid ON records (brand, model, uid) WHERE uid IS NOT NULL;
CREATE INDEX records_user_code ON records (brand, model, user_code) WHERE user_code IS NOT NULL;
CREATE INDEX records_grant ON records (brand, grant_id) WHERE grant_id IS NOT NULL;
CREATE TABLE members (
  brand TEXT NOT NULL, name TEXT NOT NULL, member TEXT NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name, member)
) STRICT;
CREATE TABLE counters (
  brand TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name)
) STRICT;
CREATE TABLE locks (
  brand TEXT NOT NULL, name TEXT NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, name)
) STRICT;
CREATE TABLE not_before (
  brand TEXT NOT NULL, account_id TEXT NOT NULL, epoch_seconds INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (brand, account_id)
) STRICT;
CREATE TABLE links (
  brand TEXT NOT NULL, platform TEXT NOT NULL, account_id TEXT NOT NULL, link TEXT NOT NULL,
  UNIQUE (brand, platform, account_id)
) STRICT;
${additions}
${firstTables.map((table) => `CREATE INDEX ${table}_expiry ON ${table} (expires_at);`).join('\n')}
PRAGMA user_version = ${schemaVersion};
`;

/** Under one write lock: several workers may open a new file at the same moment. A file that has it all is only read. */
export function createSchema(database: DatabaseSync): void {
  if (isComplete(database)) return;
  transaction(database, () => {
    const row = database.prepare('PRAGMA user_version').get();
    const found = Number(row?.['user_version']);
    if (found === schemaVersion) {
      database.exec(additions);
      return;
    }
    if (found !== 0) {
      throw new Error(
        `The embedded store was written by another version of Parley (schema ${found}, this one reads ${schemaVersion}).`,
      );
    }
    database.exec(statements);
  });
}

function isComplete(database: DatabaseSync): boolean {
  const query = `SELECT (SELECT user_version FROM pragma_user_version) AS version,
    (SELECT count(*) FROM sqlite_schema WHERE name = ?) AS additions`;
  const row = database.prepare(query).get(newestAddition);
  return row?.['version'] === schemaVersion && row['additions'] === 1;
}
