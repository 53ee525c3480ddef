import type { Dialect } from './tokens.ts';

/** Where a database is and how Parley signs in there. */
export interface SqlAddress {
  dialect: Dialect;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** The message quotes nothing of the URL: it holds a password. */
export class SqlUrlError extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.name = 'SqlUrlError';
    this.fix = fix;
  }
}

const schemes: ReadonlyMap<string, { dialect: Dialect; port: number }> = new Map([
  ['postgres:', { dialect: 'postgres', port: 5432 }],
  ['postgresql:', { dialect: 'postgres', port: 5432 }],
  ['mysql:', { dialect: 'mysql', port: 3306 }],
  ['mariadb:', { dialect: 'mysql', port: 3306 }],
]);

const example = 'write postgres://name:password@host:5432/database, or mysql://…';

/**
 * The drivers read many things out of a URL's query, `sslmode=no-verify` among them; here it has none, and the
 * drivers never see it.
 *
 * @throws SqlUrlError
 */
export function readSqlUrl(text: string): SqlAddress {
  const url = URL.parse(text);
  const scheme = url && schemes.get(url.protocol);
  if (!url || !scheme) throw new SqlUrlError('is not the address of a database', example);
  if (url.search || url.hash) {
    throw new SqlUrlError('has settings behind a question mark', 'remove them; encryption is the key tls');
  }
  const database = decode(url.pathname.slice(1));
  if (!url.hostname || !url.username || !database) {
    throw new SqlUrlError('has no host, no name to sign in with, or no database', example);
  }
  return {
    dialect: scheme.dialect,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : scheme.port,
    user: decode(url.username),
    password: decode(url.password),
    database,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SqlUrlError(
      'has a percent sign that begins no code',
      'write %25 for a percent sign in a password, %40 for @, %2F for /',
    );
  }
}
