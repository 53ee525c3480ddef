import type { BrandConfig } from '../brand-schema.ts';
import type { CheckContext } from '../check-brand.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';
import { directoryKinds } from '../schema/directory-schema.ts';
import { checkHttpDirectory } from './check-http-directory.ts';
import { checkLdapDirectory } from './check-ldap-directory.ts';
import { checkPasswordWay } from './check-password-way.ts';
import { checkSqlDirectory } from './check-sql-directory.ts';

const kinds = Object.keys(directoryKinds) as (keyof typeof directoryKinds)[];

/** `accounts` and each enrichment name one directory; no two records fight for one name. */
export function checkAccounts(brand: BrandConfig, { isDoubtful }: CheckContext): Problem[] {
  const { accounts } = brand;
  const enrichments = accounts.enrich.map((entry, index) => ({
    entry,
    path: ['accounts', 'enrich', index],
  }));
  return [
    ...(accounts.oidc ? besideOidc(accounts) : oneDirectory(accounts, ['accounts'], isDoubtful)),
    ...enrichments.flatMap(({ entry, path }) => oneDirectory(entry, path, isDoubtful)),
    ...[{ entry: accounts, path: ['accounts'] }, ...enrichments].flatMap(({ entry, path }) => [
      ...(entry.http ? checkHttpDirectory(entry.http, [...path, 'http'], isDoubtful) : []),
      ...(entry.ldap ? checkLdapDirectory(entry.ldap, [...path, 'ldap']) : []),
      ...(entry.sql ? checkSqlDirectory(entry.sql, [...path, 'sql']) : []),
    ]),
    ...checkPasswordWay(brand).filter(({ path }) => !isDoubtful([...path, 'login'])),
    ...enrichments.flatMap(({ entry, path }, index) => [
      ...ownName(entry.as, accounts.enrich.slice(0, index), path),
      ...verifiedKey(entry.by, path),
    ]),
  ];
}

/** Sign-ins are either all of an account, or none of it. */
function besideOidc(accounts: Kinds): Problem[] {
  return kinds
    .filter((kind) => accounts[kind] !== undefined)
    .map((kind) =>
      error(['accounts', kind], 'is a second directory beside oidc', 'leave one, or move this one to enrich'),
    );
}

type Kinds = { [Kind in keyof typeof directoryKinds]?: unknown };

function oneDirectory(directory: Kinds, path: ConfigPath, isDoubtful: CheckContext['isDoubtful']): Problem[] {
  const [first, ...others] = kinds.filter((kind) => directory[kind] !== undefined);
  if (first !== undefined) {
    return others.map((kind) =>
      error(
        [...path, kind],
        `is a second directory beside ${first}`,
        'leave one of them; another may add to its record: accounts: { enrich: [ … ] }',
      ),
    );
  }
  // A directory with a mistake inside was taken out, and its own mistake is reported.
  if (kinds.some((kind) => isDoubtful([...path, kind]))) return [];
  return [error(path, 'names no directory', `add one of ${kinds.join(', ')}`)];
}

function ownName(as: string, before: readonly { as: string }[], path: ConfigPath): Problem[] {
  if (!before.some((other) => other.as === as)) return [];
  return [error([...path, 'as'], 'another enrichment has this name', 'give each a name of its own')];
}

/** Whoever can write somebody else's e-mail address into an account would get that person's record. */
function verifiedKey(by: string | undefined, path: ConfigPath): Problem[] {
  if (by === undefined || !/e-?mail/i.test(by) || /verified|confirmed/i.test(by)) return [];
  return [
    warning(
      [...path, 'by'],
      'joins two directories by an e-mail address',
      'join by an id, or by a verified address only: by: email_verified && email',
    ),
  ];
}
