import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** What makes a directory able to check passwords; a file of accounts always is. */
const fixes = {
  sql: 'add login: select id, password_hash from … where email = :login, and password: { column: password_hash }',
  http: 'add login: { path: /sessions }, with what the API wants',
  ldap: 'add login: { attributes: [uid, mail] }',
};

const kinds = ['sql', 'http', 'ldap'] as const;

/** The page for name and password needs a directory that can check them; without it every consumer would be refused. */
export function checkPasswordWay({ accounts, login: ways }: BrandConfig): Problem[] {
  if (!ways.some(({ password }) => password !== undefined)) return [];
  const { sql, http, ldap } = accounts;
  const isUnable = {
    // A column without its statement is a mistake of its own.
    sql: sql !== undefined && sql.login === undefined && sql.password === undefined,
    http: http !== undefined && http.login === undefined,
    ldap: ldap !== undefined && ldap.login === undefined,
  };
  const message = 'can check no password, and login has the page that asks for one';
  return kinds
    .filter((kind) => isUnable[kind])
    .map((kind) => error(['accounts', kind], message, fixes[kind]));
}
