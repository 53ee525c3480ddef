import type { Log } from '../../log.ts';
import type { DirectoryWatch } from '../../telemetry/contract.ts';
import type { AccountDirectory } from '../contract.ts';
import { limitParallel } from '../limit-parallel.ts';
import { createCallGuard } from '../resilience/call-guard.ts';
import { rememberAccounts } from '../resilience/remember-accounts.ts';
import { toPolicy } from '../resilience/resilience-settings.ts';
import { openDatabase } from './open-database.ts';
import { createSqlDirectory } from './sql-directory.ts';
import type { SqlSettings } from './sql-settings.ts';

/**
 * The database is guarded, the check of a hash is not: a password that waits for its turn says nothing about the
 * database, and both statements only read, so each may be asked again.
 */
export async function openSqlDirectory(
  settings: SqlSettings,
  { log, now, watch, label }: { log: Log; now(): number; watch: DirectoryWatch; label: string },
): Promise<AccountDirectory> {
  const policy = toPolicy({ timeout: settings.timeout, parallel: settings.pool });
  const guard = createCallGuard({
    name: 'account database',
    policy,
    log,
    onBreaker: (state) => watch.breakerChanged(label, state),
  });
  const directory = createSqlDirectory({
    settings,
    database: await openDatabase(settings, log),
    ask: (question) => guard.run(question, { repeatable: true }),
    limit: limitParallel({ running: 2, waiting: 1000 }),
    log,
  });
  return rememberAccounts(watch.watchDirectory(label, directory), { cache: settings.cache * 1000, now });
}
