import { basename } from 'node:path';
import type { Log } from '../log.ts';
import { AccountsFileError, parseAccountsFile, type FileAccount } from './accounts-file.ts';
import type { Account, AccountDirectory, PasswordOutcome } from './contract.ts';
import { limitParallel } from './limit-parallel.ts';
import { createPasswordCheck, type PasswordCheck } from './password-check.ts';
import { loadReloadingFile } from './reloading-file.ts';

/**
 * The account directory in a YAML or JSON file: for demos, trials and small brands. Logins are compared exactly.
 * A changed file counts within a second, so that a disabled account is out without a restart.
 */
export interface FileDirectoryOptions {
  path: string;
  log: Pick<Log, 'error' | 'info'>;
  /** Milliseconds. */
  now?: () => number;
  /** Password checks at the same time; each takes the memory of its hash's parameters, and a core. */
  parallelChecks?: number;
}

interface Content {
  byId: ReadonlyMap<string, FileAccount>;
  byLogin: ReadonlyMap<string, FileAccount>;
  passwords: PasswordCheck;
}

/** @throws AccountsFileError when the file is missing or wrong at the start */
export async function createFileDirectory({
  path,
  log,
  now = Date.now,
  parallelChecks = 2,
}: FileDirectoryOptions): Promise<AccountDirectory> {
  const limit = limitParallel({ running: parallelChecks, waiting: 1000 });
  const parse = async (text: string): Promise<Content> => {
    const accounts = parseAccountsFile(text, basename(path));
    const known = accounts.flatMap(({ passwordHash }) => passwordHash ?? []);
    return index(accounts, createPasswordCheck({ limit, known }));
  };
  const file = await loadReloadingFile({ path, parse, log, now }).catch(refuseUnreadable(path));
  return {
    async findAccount(accountId) {
      const { byId } = await file.current();
      const account = byId.get(accountId);
      return account && !account.disabled ? publicPart(account) : undefined;
    },
    async checkPassword({ login, password }): Promise<PasswordOutcome> {
      const { byLogin, passwords } = await file.current();
      const account = byLogin.get(login);
      const matches = await passwords.matches(account?.passwordHash, password);
      if (!matches || !account || account.disabled) return { kind: 'refused' };
      return { kind: 'signed-in', account: publicPart(account) };
    },
    async ping() {
      await file.current();
    },
    async close() {},
  };
}

function index(accounts: readonly FileAccount[], passwords: PasswordCheck): Content {
  return {
    byId: new Map(accounts.map((account) => [account.accountId, account])),
    byLogin: new Map(accounts.flatMap((account) => account.logins.map((login) => [login, account] as const))),
    passwords,
  };
}

function publicPart({ accountId, record }: FileAccount): Account {
  return { accountId, record };
}

function refuseUnreadable(path: string) {
  return (error: unknown): never => {
    if (error instanceof AccountsFileError) throw error;
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
    throw new AccountsFileError([`${path}: the accounts file cannot be read (${code})`], error);
  };
}
