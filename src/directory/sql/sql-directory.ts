import type { Log } from '../../log.ts';
import { isAccountId } from '../account-id.ts';
import type { Account, AccountDirectory } from '../contract.ts';
import type { Limiter } from '../limit-parallel.ts';
import { createPasswordCheck } from '../password-check.ts';
import { type StoredHash, UnusableHash } from '../passwords/password-format.ts';
import { readHash } from '../passwords/read-hash.ts';
import type { Database } from './database.ts';
import { type Credentials, readAccount, readCredentials } from './read-account.ts';
import type { SqlSettings } from './sql-settings.ts';
import { readSqlUrl } from './sql-url.ts';
import { parseStatement, type Statement } from './statement.ts';

/** The account directory in the brand's own database, asked with the operator's own statements. */
export interface SqlDirectoryOptions {
  settings: SqlSettings;
  database: Database;
  /** Runs a question that only reads: with its time-out, and again after a failure. Hashing runs outside of it. */
  ask<T>(question: () => Promise<T>): Promise<T>;
  limit: Limiter;
  log: Pick<Log, 'error'>;
}

/** @throws StatementError, SqlUrlError: the configuration's checks report them before */
export function createSqlDirectory({
  settings,
  database,
  ask,
  limit,
  log,
}: SqlDirectoryOptions): AccountDirectory {
  const { dialect } = readSqlUrl(settings.url);
  const find = parseStatement(settings.find, dialect, ['id']);
  const login = settings.login === undefined ? undefined : parseStatement(settings.login, dialect, ['login']);
  const passwords = createPasswordCheck({ limit });

  async function findAccount(id: string): Promise<Account | undefined> {
    if (!isAccountId(id)) return undefined;
    const account = readAccount(await ask(() => database.query(find, { id })), settings);
    // MySQL takes "4711x" for the number 4711 and "DANA" for "dana": that is not the account of this id.
    return account?.accountId === id ? account : undefined;
  }

  async function findCredentials(statement: Statement, name: string): Promise<Credentials | undefined> {
    if (!isAskable(name)) return undefined;
    return readCredentials(await ask(() => database.query(statement, { login: name })), settings);
  }

  function readStored({ accountId, passwordHash }: Credentials): StoredHash | undefined {
    if (!passwordHash) return undefined;
    try {
      return readHash(passwordHash, settings.password?.format);
    } catch (error) {
      if (!(error instanceof UnusableHash)) throw error;
      log.error({ account: accountId, reason: error.message }, 'no password signs this account in');
      return undefined;
    }
  }

  return {
    findAccount,
    ...(login && {
      async checkPassword(attempt) {
        const credentials = await findCredentials(login, attempt.login);
        const stored = credentials && readStored(credentials);
        const matches = await passwords.matches(stored, attempt.password);
        const account = matches && credentials ? await findAccount(credentials.accountId) : undefined;
        return account ? { kind: 'signed-in', account } : { kind: 'refused' };
      },
    }),
    ping: () => ask(() => database.ping()),
    close: () => database.close(),
  };
}

/** Characters; longer than any name, number or address. */
const longest = 1024;

/**
 * What no database may be asked: NUL, which PostgreSQL refuses, and halves of characters, which become another
 * text on the way.
 */
function isAskable(text: string): boolean {
  return text !== '' && text.length <= longest && !text.includes('\0') && text.isWellFormed();
}
