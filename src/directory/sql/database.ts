import type { Statement } from './statement.ts';

/** A pool of connections to the brand's database. It only reads. */
export interface Database {
  /**
   * @param values of the statement's parameters; bound, never part of its text
   * @throws DirectoryUnreachable when the server does not answer, ParleyError('directory_unavailable') when it
   * answers with something that cannot be used. Neither text carries a value or an address.
   */
  query(statement: Statement, values: Readonly<Record<string, string>>): Promise<QueryResult>;
  /** Resolves when the server answers and lets Parley in. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface QueryResult {
  columns: Column[];
  /** Values in the order of the columns, as the driver gives them. */
  rows: unknown[][];
}

export interface Column {
  name: string;
  /** The value as JSON has it. @throws ParleyError('directory_unavailable') for what JSON cannot carry */
  toJson(value: unknown): unknown;
}

export interface DatabaseOptions {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Connections. */
  pool: number;
  /** Milliseconds for one statement. */
  timeout: number;
  /** false: plain. Otherwise certificate and name of the server are verified. */
  tls: false | { ca?: string; cert?: string; key?: string };
}

/**
 * Two ends of one slow statement, in milliseconds after the time-out: the server ends it, so that the connection lives;
 * then a connection without an answer is given up. Parley gives up at about the same time, and asks again in neither
 * case (call-guard.ts).
 */
export const grace = { server: 50, connection: 300 };
