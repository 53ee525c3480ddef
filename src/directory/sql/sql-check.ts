import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SqlSettings, SqlTlsSettings } from './sql-settings.ts';
import { isThisMachine, readTls } from './sql-tls.ts';
import { readSqlUrl, SqlUrlError } from './sql-url.ts';
import { parseStatement, StatementError } from './statement.ts';
import type { Dialect } from './tokens.ts';

export interface SqlProblem {
  key: 'url' | 'find' | 'login' | 'tls';
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

/** What can be said of a database before it is asked. No text quotes the address: it holds a password. */
export function sqlCheck(sql: SqlSettings): SqlProblem[] {
  return [
    ...checkUrl(sql),
    ...checkStatement('find', sql.find, { sql, parameter: 'id' }),
    ...(sql.login === undefined ? [] : checkStatement('login', sql.login, { sql, parameter: 'login' })),
    ...checkTls(sql),
  ];
}

function checkUrl({ url, tls }: SqlSettings): SqlProblem[] {
  try {
    const address = readSqlUrl(url);
    readTls({ tls }, address);
    if (tls.enabled !== false || isThisMachine(address.host)) return [];
  } catch (error) {
    if (!(error instanceof SqlUrlError)) throw error;
    return [{ key: 'url', message: error.message, fix: error.fix, severity: 'error' }];
  }
  const message = 'sends accounts and password hashes over the network in the open';
  return [
    {
      key: 'tls',
      message,
      fix: 'remove enabled: false, and give tls: { ca: ${file:…} } where it is needed',
      severity: 'warning',
    },
  ];
}

function checkStatement(
  key: 'find' | 'login',
  text: string,
  { sql, parameter }: { sql: SqlSettings; parameter: string },
): SqlProblem[] {
  try {
    parseStatement(text, dialectOf(sql), [parameter]);
    return [];
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const fix = `write one select statement in which :${parameter} stands for the value`;
    return [{ key, message: error.message, fix, severity: 'error' }];
  }
}

/** While the address is wrong, the statement is read as the standard's own. */
function dialectOf({ url }: SqlSettings): Dialect {
  return /^(?:mysql|mariadb):/i.test(url) ? 'mysql' : 'postgres';
}

function checkTls({ tls }: SqlSettings): SqlProblem[] {
  if (isUsable(tls)) return [];
  const fix = 'give the PEM of authorities (ca), and of a certificate (cert) with its key: ${file:…}';
  return [{ key: 'tls', message: 'has a certificate or key that cannot be used', fix, severity: 'error' }];
}

function isUsable({ ca, cert, key }: SqlTlsSettings): boolean {
  try {
    // A context takes any text for authorities, and would then trust nobody.
    return (
      Boolean(createSecureContext({ cert, key })) && (ca === undefined || Boolean(new X509Certificate(ca)))
    );
  } catch {
    return false;
  }
}
