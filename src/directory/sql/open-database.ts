import type { Log } from '../../log.ts';
import type { Database, DatabaseOptions } from './database.ts';
import type { SqlSettings } from './sql-settings.ts';
import { readTls } from './sql-tls.ts';
import { readSqlUrl } from './sql-url.ts';

/** Connects when it is first asked: a database that is down does not keep Parley from starting. */
export async function openDatabase(settings: SqlSettings, log: Pick<Log, 'error'>): Promise<Database> {
  const { dialect, ...address } = readSqlUrl(settings.url);
  const { pool, timeout } = settings;
  const options: DatabaseOptions = {
    ...address,
    pool,
    timeout,
    tls: readTls(settings, { dialect, ...address }),
  };
  // Only the driver that a brand needs is loaded.
  if (dialect === 'postgres') return (await import('./postgres.ts')).openPostgres(options, log);
  return (await import('./mysql.ts')).openMysql(options, log);
}
