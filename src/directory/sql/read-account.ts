import { isAccountId } from '../account-id.ts';
import type { Account } from '../contract.ts';
import { looksLikeHash } from '../passwords/read-hash.ts';
import { unusableAnswer } from '../unusable-answer.ts';
import type { QueryResult } from './database.ts';
import { readRow, type Row } from './read-row.ts';
import type { SqlSettings } from './sql-settings.ts';

type ColumnSettings = Pick<SqlSettings, 'id' | 'password' | 'disabled'>;

/** What `login` finds. */
export interface Credentials {
  accountId: string;
  /** As the database has it; undefined where there is none. */
  passwordHash: string | undefined;
}

/**
 * The account that `find` gave.
 *
 * @returns undefined when there is none, or when it is disabled
 * @throws ParleyError('directory_unavailable') when the answer cannot be used: two accounts, no id, bytes
 */
export function readAccount(result: QueryResult, settings: ColumnSettings): Account | undefined {
  const row = readRow(result, 'find');
  if (!row || isDisabled(row, settings)) return undefined;
  const hidden = [settings.password?.column, settings.disabled];
  const members = row.columns
    .filter((name) => !hidden.includes(name))
    .map((name) => [name, row.json(name)] as const)
    // Another column may hold an older hash; a mapping could put it into a token.
    .filter(([, value]) => typeof value !== 'string' || !looksLikeHash(value));
  return { accountId: readId(row, settings.id), record: Object.fromEntries(members) };
}

/** @throws ParleyError('directory_unavailable') as above */
export function readCredentials(result: QueryResult, settings: ColumnSettings): Credentials | undefined {
  const row = readRow(result, 'login');
  if (!row) return undefined;
  const accountId = readId(row, settings.id);
  const hash = settings.password && row.value(settings.password.column);
  if (typeof hash === 'string') return { accountId, passwordHash: hash };
  // A column of bytes holds the same text.
  return { accountId, passwordHash: hash instanceof Uint8Array ? Buffer.from(hash).toString() : undefined };
}

function readId(row: Row, column: string): string {
  const value = row.value(column);
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id === 'string' && isAccountId(id)) return id;
  throw unusableAnswer(
    `the column ${column} is no id: it must be a number, or 1 to 255 ASCII characters without blanks`,
  );
}

/** true, a number that is not 0, the time at which it was disabled (not MySQL's zero), any text but a plain no. */
function isDisabled(row: Row, { disabled }: ColumnSettings): boolean {
  if (disabled === undefined) return false;
  const value = row.json(disabled);
  if (typeof value === 'string') return !/^(?:|0|f|false|n|no|0000-00-00.*)$/i.test(value.trim());
  return value !== null && value !== false && value !== 0;
}
