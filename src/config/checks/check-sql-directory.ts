import type { z } from 'zod';
import type { ConfigPath, Problem } from '../contract.ts';
import { error } from '../problem.ts';
import type { sqlSchema } from '../schema/directories/sql-schema.ts';

type SqlConfig = z.output<typeof sqlSchema>;

/** `login` and `password` of `accounts.sql` come together. What the statements say is checked where they are read. */
export function checkSqlDirectory({ login, password }: SqlConfig, path: ConfigPath): Problem[] {
  if (login !== undefined && password === undefined) {
    return [
      error(
        [...path, 'login'],
        'finds no password hash',
        'name its column: password: { column: password_hash }',
      ),
    ];
  }
  if (login === undefined && password !== undefined) {
    const fix = 'add login: select id, password_hash from … where email = :login';
    return [error([...path, 'password'], 'is never used without login', fix)];
  }
  return [];
}

/** The page for name and password needs a statement that finds whom the name means. */
export function checkSqlLogin(sql: SqlConfig, ways: readonly object[], path: ConfigPath): Problem[] {
  const asksForPassword = ways.some((way) => 'password' in way);
  if (!asksForPassword || sql.login !== undefined || sql.password !== undefined) return [];
  return [
    error(
      path,
      'can check no password, and login has the page that asks for one',
      'add login: select id, password_hash from … where email = :login, and password: { column: password_hash }',
    ),
  ];
}
