import { DatabaseError, Pool, types } from 'pg';
import { ParleyError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import { type Database, type DatabaseOptions, grace, type QueryResult } from './database.ts';
import { bytea, postgresColumn } from './postgres-columns.ts';
import { bind } from './statement.ts';

/** Settings of each connection, given when it opens. The texts of dates and times depend on three of them. */
function sessionSettings(timeout: number): string {
  const settings = {
    default_transaction_read_only: 'on',
    statement_timeout: timeout + grace.server,
    datestyle: 'ISO',
    timezone: 'UTC',
    intervalstyle: 'iso_8601',
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** Every value but bytes as the server writes it; postgres-columns.ts knows what it means. */
const texts = {
  getTypeParser: (oid: number): ((value: string) => unknown) =>
    oid === bytea ? types.getTypeParser(bytea) : (value) => value,
};

export function openPostgres(options: DatabaseOptions, log: Pick<Log, 'error'>): Database {
  const { host, port, user, password, database, timeout } = options;
  const pool = new Pool({
    host,
    port,
    user,
    password,
    database,
    max: options.pool,
    connectionTimeoutMillis: timeout,
    query_timeout: timeout + grace.connection,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'parley',
    options: sessionSettings(timeout),
    ssl: options.tls && { ...options.tls, host, rejectUnauthorized: true },
  });
  // Without these listeners a connection that the server ends, idle or in use, would end the process.
  pool.on('error', (error) =>
    log.error({ reason: describe(error) }, 'a connection to the account database ended'),
  );
  pool.on('connect', (client) => client.on('error', () => {}));

  return {
    async query(statement, values) {
      const { text, values: bound } = bind(statement, 'postgres', values);
      try {
        return await run(pool, { text, values: bound, rowMode: 'array', types: texts });
      } catch (error) {
        if (isNoValueOfTheType(error)) return { columns: [], rows: [] };
        throw toParleyError(error);
      }
    },
    async ping() {
      try {
        await run(pool, { text: 'select 1', values: [], rowMode: 'array', types: texts });
      } catch (error) {
        throw toParleyError(error);
      }
    },
    close: () => pool.end(),
  };
}

interface Query {
  text: string;
  values: string[];
  rowMode: 'array';
  types: typeof texts;
}

async function run(pool: Pool, query: Query): Promise<QueryResult> {
  const client = await pool.connect();
  try {
    const { fields, rows } = await client.query<unknown[], string[]>(query);
    client.release();
    return { columns: fields.map(postgresColumn), rows };
  } catch (error) {
    // What the server refused leaves the connection as it was; anything else may have left an answer on its way.
    client.release(!(error instanceof DatabaseError) || error.severity !== 'ERROR');
    throw error;
  }
}

/**
 * A text that cannot be a value of the column's type, such as letters for a number, a date of the 45th or a NUL
 * character, is the id or login of nobody. (Class 22: invalid text, out of range, not in the character set of the
 * client or of the database.)
 */
function isNoValueOfTheType(error: unknown): boolean {
  const codes = ['22P02', '22P05', '22003', '22007', '22008', '22021'];
  return error instanceof DatabaseError && codes.includes(error.code ?? '');
}

/** Connections, resources, an operator at work, a statement ended by its time-out. */
const unreachableClasses = ['08', '53', '57', '58'];

function toParleyError(error: unknown): ParleyError {
  const detail = describe(error);
  const code = error instanceof DatabaseError ? (error.code ?? '') : '';
  const answered = code !== '' && !unreachableClasses.includes(code.slice(0, 2));
  return answered ? new ParleyError('directory_unavailable', detail) : new DirectoryUnreachable(detail);
}

/** Messages of class 22 quote values; the others speak of names in the statement, of roles and of the server. */
function describe(error: unknown): string {
  if (error instanceof DatabaseError) {
    const message = error.code?.startsWith('22') ? 'a value does not fit' : error.message;
    return `PostgreSQL: ${error.code} ${message}`.slice(0, 200);
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : 'unknown reason';
  return `PostgreSQL did not answer: ${code === '' ? message : code}`.slice(0, 200);
}
