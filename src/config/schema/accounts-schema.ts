import { z } from 'zod';
import { directoryKinds } from './directory-schema.ts';
import { expression } from './words.ts';

const enrichmentSchema = z.strictObject({
  ...directoryKinds,
  as: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and underscores: claims name it in expressions')
    .describe('The member of the record under which its record appears.'),
  by: expression
    .optional()
    .describe('JMESPath over the first record: the id to look for. Default: the account id.'),
  optional: z
    .boolean()
    .default(false)
    .describe('true: while it cannot be reached, consumers are served without it.'),
});

/** `accounts`: where the brand's consumers are found. */
export const accountsSchema = z.strictObject({
  ...directoryKinds,
  oidc: z
    .strictObject({})
    .optional()
    .describe('The sign-ins at the upstream are the accounts: what its claims say of the consumer.'),
  enrich: z
    .array(enrichmentSchema)
    .default([])
    .describe('Further directories that add to the record. None of them signs anybody in.'),
});
