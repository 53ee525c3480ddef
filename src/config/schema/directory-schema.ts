import { z } from 'zod';
import { httpSchema } from './directories/http-schema.ts';
import { ldapSchema } from './directories/ldap-schema.ts';
import { sqlSchema } from './directories/sql-schema.ts';

/**
 * The account directories, one key for each kind. `accounts` and each of its enrichments give exactly one
 * (checks/check-accounts.ts): a union of shapes would answer one mistake with a list of all that it could be.
 */
export const directoryKinds = {
  file: z
    .strictObject({ path: z.string().min(1).describe('YAML file of accounts.') })
    .optional()
    .describe('Accounts from a file.'),
  sql: sqlSchema.optional().describe("Accounts from the brand's own database: PostgreSQL, MariaDB or MySQL."),
  http: httpSchema.optional().describe("Accounts from a REST API of the brand's."),
  ldap: ldapSchema.optional().describe('Accounts from an LDAP server, Active Directory among them.'),
};
