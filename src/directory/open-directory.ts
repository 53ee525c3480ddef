import type { Log } from '../log.ts';
import type { DirectoryWatch } from '../telemetry/contract.ts';
import type { AccountsSettings, DirectorySettings } from './accounts-settings.ts';
import type { AccountDirectory } from './contract.ts';
import type { SignInRecords } from './oidc/contract.ts';
import { createOidcDirectory } from './oidc/oidc-directory.ts';
import { enrichAccounts, type Evaluate } from './enrich-accounts.ts';
import { type ResilienceSettings, toPolicy } from './resilience/resilience-settings.ts';
import { unwatched } from './unwatched.ts';
import { withResilience } from './resilience/with-resilience.ts';

export interface OpenDirectoryOptions {
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  /** For accounts that are known from their sign-in alone; absent where there is no store to find them in. */
  signInRecords?: SignInRecords;
  /** Makes a JMESPath expression of the configuration callable; throws when it is none. */
  compile(expression: string): Evaluate;
  /** Absent: nobody looks. */
  watch?: DirectoryWatch;
}

/**
 * The account directory that a brand's `accounts` describes, with its enrichments. Rejects when it can never
 * work as described; a server behind it that is merely down shows in `ping`.
 */
export async function openDirectory(
  accounts: AccountsSettings,
  options: OpenDirectoryOptions,
): Promise<AccountDirectory> {
  const directory = accounts.oidc
    ? createOidcDirectory(loadRecords(options))
    : await openOne(accounts, options, { name: 'account directory', label: 'accounts' });
  if (accounts.enrich.length === 0) return directory;
  const enrichments = await Promise.all(
    accounts.enrich.map(async ({ as, by, optional, ...settings }) => ({
      as,
      optional,
      keyOf: by === undefined ? undefined : options.compile(by),
      directory: await openOne(settings, options, { name: `directory that adds ${as}`, label: as }),
    })),
  );
  return enrichAccounts({ directory, enrichments, log: options.log });
}

function loadRecords({ signInRecords }: OpenDirectoryOptions): SignInRecords {
  if (!signInRecords)
    throw new Error('accounts.oidc: these accounts are known from sign-ins at the running server alone');
  return signInRecords;
}

interface DirectoryNames {
  /** For people. */
  name: string;
  /** For metrics. */
  label: string;
}

/** Each kind is loaded when a brand uses it: a brand with a file needs no driver of a database. */
async function openOne(
  { file, sql, http, ldap }: DirectorySettings,
  { log, now, compile, watch = unwatched }: OpenDirectoryOptions,
  names: DirectoryNames,
): Promise<AccountDirectory> {
  if (file) {
    const { createFileDirectory } = await import('./file-directory.ts');
    const directory = await createFileDirectory({ path: file.path, log, now });
    return watch.watchDirectory(names.label, directory);
  }
  if (sql) {
    const { openSqlDirectory } = await import('./sql/open-sql-directory.ts');
    return openSqlDirectory(sql, { log, now, watch, label: names.label });
  }
  if (http) {
    const { createHttpDirectory } = await import('./http/http-directory.ts');
    return protect(createHttpDirectory({ settings: http, compile, now }), http, {
      ...names,
      log,
      now,
      watch,
    });
  }
  if (ldap) {
    const { createLdapDirectory } = await import('./ldap/ldap-directory.ts');
    return protect(createLdapDirectory({ settings: ldap, now }), ldap, { ...names, log, now, watch });
  }
  throw new Error('accounts name no directory');
}

/** Whatever is asked over a network may hang, fail or be flooded. */
function protect(
  directory: AccountDirectory,
  settings: ResilienceSettings,
  {
    name,
    label,
    log,
    now,
    watch,
  }: Pick<Required<OpenDirectoryOptions>, 'log' | 'now' | 'watch'> & DirectoryNames,
): AccountDirectory {
  const policy = toPolicy(settings);
  return withResilience(directory, {
    name,
    policy,
    cache: settings.cache * 1000,
    log,
    now,
    onBreaker: (state) => watch.breakerChanged(label, state),
    watch: (guarded) => watch.watchDirectory(label, guarded),
  });
}
