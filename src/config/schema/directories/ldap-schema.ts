import { z } from 'zod';
import { authorities, networkKeys } from './network-keys.ts';

/** The name of an attribute, without options. */
const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'write the name of an attribute');

/** RFC 4514, roughly: the server knows better, but a forgotten value shows at the start. */
const dn = z.string().regex(/^[^=,]+=.+$/, 'write the name of an entry: ou=people,dc=acme,dc=example');

const login = z.strictObject({
  attributes: z
    .array(attribute)
    .min(1)
    .optional()
    .describe('What the consumer types is the value of one of these.'),
  rdn: attribute
    .optional()
    .describe('What the consumer types names the entry itself: `<rdn>=<login>,<base>`.'),
  decoy: dn
    .optional()
    .describe('An entry with a password that nobody knows: logins that do not exist are checked against it.'),
});

const groups = z.strictObject({
  attribute: attribute.optional().describe("The account's attribute that names its groups: memberOf."),
  base: dn.optional().describe('Instead: the entry below which groups are searched.'),
  filter: z.string().min(1).default('(objectClass=*)').describe('What a group is.'),
  member: attribute.default('member').describe('The attribute of a group that names its members.'),
  as: z.enum(['name', 'dn']).default('name').describe('The first part of its name, or all of it.'),
});

/** `accounts.ldap`: a brand's LDAP server. */
export const ldapSchema = z.strictObject({
  url: z.string().describe('ldaps://…, or ldap://… with start_tls.'),
  start_tls: z.boolean().default(false).describe('true: begin in the open and switch to TLS at once.'),
  ca: authorities,
  bind: z
    .strictObject({
      dn: z.string().min(1).describe('The entry that Parley signs in as to look for accounts.'),
      password: z.string().min(1).describe('Its password; best read from a file: ${file:…}.'),
    })
    .optional()
    .describe('Who looks for accounts. Default: an anonymous connection.'),
  base: dn.describe('The entry below which the accounts are.'),
  scope: z.enum(['sub', 'one']).default('sub').describe('At any depth, or directly below it.'),
  filter: z.string().min(1).default('(objectClass=person)').describe('What an account is.'),
  disabled: z.string().min(1).optional().describe('Filter: which accounts may not sign in.'),
  id: attribute.default('entryUUID').describe("The attribute that holds the account's stable id."),
  id_format: z
    .enum(['text', 'guid'])
    .default('text')
    .describe("guid: 16 bytes, as Active Directory's objectGUID."),
  login: login.optional().describe('How a login finds its account; absent: nobody signs in with a password.'),
  attributes: z
    .record(
      z.string(),
      z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9-]*(\[\])?$/, 'write the name of an attribute, with [] for a list'),
    )
    .default({})
    .describe('Member of the record → attribute: its first value, or with `[]` the list of all.'),
  groups: groups.optional().describe('Adds the names of its groups to the record, as `groups`.'),
  ...networkKeys,
});
