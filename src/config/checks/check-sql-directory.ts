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
