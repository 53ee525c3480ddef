import { z } from 'zod';
import { authorities, networkKeys } from './network-keys.ts';

const column = z.string().min(1);

const password = z.strictObject({
  column: column.describe('The column of the password hash; it never becomes part of the record.'),
  format: z
    .enum(['argon2', 'bcrypt', 'scrypt', 'pbkdf2', 'django', 'wordpress', 'werkzeug', 'aspnet'])
    .optional()
    .describe('The one format that is accepted. Default: all of them, told by how the hash begins.'),
});

const tls = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe('Default: true, unless the database is on this machine and nothing else is said here.'),
  ca: authorities,
  cert: z.string().optional().describe("PEM of Parley's own certificate: ${file:…}."),
  key: z.string().optional().describe('PEM of its key: ${file:…}.'),
});

/** `accounts.sql`: a brand's own database. */
export const sqlSchema = z.strictObject({
  url: z.string().describe('postgres://name:password@host:5432/database, or mysql://… (MariaDB too).'),
  find: z.string().describe('The statement that selects the account of an id; `:id` stands for it.'),
  login: z
    .string()
    .optional()
    .describe('The statement that selects id and password hash of a login; `:login` stands for it.'),
  password: password.optional().describe('Where `login` finds the password hash.'),
  id: column.default('id').describe("The column of the account's id."),
  disabled: column
    .optional()
    .describe('A column of `find`: the account is disabled when it is true, not 0, or has a time or text.'),
  pool: z.int().min(1).max(100).default(10).describe('Connections of one process.'),
  tls: tls
    .prefault({})
    .describe('Encryption; the name and the certificate of the server are always verified.'),
  timeout: networkKeys.timeout,
  cache: networkKeys.cache,
});
