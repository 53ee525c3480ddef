import { z } from 'zod';

/** Two accounts with one id or one login: whoever signs in would get the other's account. */
export interface DuplicateIssue {
  path: (string | number)[];
  message: string;
}

/** As loose as it can be: this runs beside the schema, which stops at wrong types, so that all problems come at once. */
const text = z.string().optional().catch(undefined);
const roughEntry = z.object({ id: text, login: text, logins: z.array(text).catch([]) });
const roughFile = z
  .object({ accounts: z.array(roughEntry.catch({ id: undefined, login: undefined, logins: [] })) })
  .catch({ accounts: [] });

export function findDuplicates(file: unknown): DuplicateIssue[] {
  const owned = new Set<string>();
  const own = (
    kind: 'id' | 'login',
    value: string | undefined,
    path: (string | number)[],
  ): DuplicateIssue[] => {
    const key = `${kind}:${value}`;
    if (value === undefined) return [];
    if (owned.has(key)) return [{ path, message: `another account has this ${kind}` }];
    owned.add(key);
    return [];
  };
  return roughFile
    .parse(file)
    .accounts.flatMap(({ id, login, logins }, index) => [
      ...own('id', id, ['accounts', index, 'id']),
      ...own('login', login, ['accounts', index, 'login']),
      ...logins.flatMap((name, place) => own('login', name, ['accounts', index, 'logins', place])),
    ]);
}
