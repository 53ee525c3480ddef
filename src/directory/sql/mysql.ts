import { createPool, type FieldPacket, type PoolConnection, type QueryError } from 'mysql2';
import { ParleyError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import { type Database, type DatabaseOptions, grace, type QueryResult } from './database.ts';
import { mysqlColumn } from './mysql-columns.ts';
import { bind } from './statement.ts';

/** Connections that may be waited for; the rest is refused at once. */
const waiting = 200;

/** MySQL and MariaDB, with prepared statements: the server binds the values. */
export function openMysql(options: DatabaseOptions, log: Pick<Log, 'error'>): Database {
  const { host, port, user, password, database, timeout } = options;
  const pool = createPool({
    host,
    port,
    user,
    password,
    database,
    connectionLimit: options.pool,
    queueLimit: waiting,
    connectTimeout: timeout,
    idleTimeout: 30_000,
    enableKeepAlive: true,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    // Row readers without generated code, so that the process may run where code may not be generated.
    disableEval: true,
    // The driver would otherwise verify the certificate, but not that it is this server's.
    ...(options.tls && { ssl: { ...options.tls, rejectUnauthorized: true, verifyIdentity: true } }),
  });
  pool.on('connection', (connection) => {
    // The question that waits is told; without a listener the process would end.
    connection.on('error', () => {});
    for (const setting of sessionSettings(timeout)) {
      connection.query(setting, (error) => {
        if (!error) return;
        log.error({ reason: describe(error) }, 'a connection to the account database cannot be set up');
        connection.destroy();
      });
    }
  });

  const run = (text: string, values: string[]): Promise<QueryResult> =>
    new Promise((resolve, reject) => {
      pool.getConnection((failed, connection) => {
        if (failed) return reject(failed);
        const question = { sql: text, values, timeout: timeout + grace.connection, rowsAsArray: true };
        connection.execute<never>(question, (error, rows: unknown[][], fields: FieldPacket[]) => {
          giveBack(connection, error);
          if (error) reject(error);
          else resolve({ columns: fields.map(mysqlColumn), rows });
        });
      });
    });

  return {
    async query(statement, values) {
      const { text, values: bound } = bind(statement, 'mysql', values);
      try {
        return await run(text, bound);
      } catch (error) {
        if (isForeignToColumn(error, bound)) return { columns: [], rows: [] };
        throw toParleyError(error);
      }
    },
    async ping() {
      try {
        await run('select 1', []);
      } catch (error) {
        throw toParleyError(error);
      }
    },
    close: () => new Promise((resolve) => pool.end(() => resolve())),
  };
}

/**
 * Comments with a mark are read by one of the two servers: MariaDB counts a statement's time in seconds, MySQL in
 * milliseconds.
 */
function sessionSettings(timeout: number): string[] {
  const limit = timeout + grace.server;
  const limits = `/*M!100101 , max_statement_time = ${limit / 1000} */ /*!50708 , max_execution_time = ${limit} */`;
  return ['set session transaction read only', `set session time_zone = '+00:00' ${limits}`];
}

/** What the server refused leaves the connection as it was; anything else may have left an answer on its way. */
function giveBack(connection: PoolConnection, error: QueryError | null): void {
  if (error && (error.fatal || error.sqlState === undefined)) connection.destroy();
  else connection.release();
}

/**
 * A login with characters that the column's character set does not have is nobody's. (1267, 1270, 1271: illegal mix
 * of collations; 3988: a text cannot be converted.) With a plain login the same error is a mistake of the statement.
 */
function isForeignToColumn(error: unknown, values: readonly string[]): boolean {
  const { errno } = error as Partial<QueryError>;
  return [1267, 1270, 1271, 3988].includes(errno ?? 0) && values.some((value) => /[^\p{ASCII}]/u.test(value));
}

/** Too many connections, shutting down, lost, a statement ended by its time-out (MariaDB 1969, MySQL 3024). */
const unreachable: readonly (number | undefined)[] = [1040, 1053, 1152, 1203, 1205, 1317, 1969, 3024];

function toParleyError(error: unknown): ParleyError {
  const detail = describe(error);
  const { errno, sqlState, fatal } = error as Partial<QueryError>;
  const answered = sqlState !== undefined && !fatal && !unreachable.includes(errno);
  return answered ? new ParleyError('directory_unavailable', detail) : new DirectoryUnreachable(detail);
}

/** The server's messages speak of names in the statement, of accounts of its own and of itself; values are bound. */
function describe(error: unknown): string {
  const { code, sqlState, message } = error as Partial<QueryError>;
  const detail = sqlState ? `MySQL: ${code} ${message}` : `MySQL did not answer: ${code ?? 'unknown reason'}`;
  return detail.slice(0, 200);
}
