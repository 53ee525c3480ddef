import { z } from 'zod';

/** The words that several parts of a brand file are made of. */

export const seconds = z.int('write seconds in digits, without quotes: 3600 for an hour').positive();

export const scopeName = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, 'a scope is one word without quotes');

export const scopeList = z.array(scopeName);

/** A JMESPath expression over the account record. */
export const expression = z.string().min(1);

/** How a client's tokens name the consumer. */
export const subject = z.union(
  [
    z.enum(['public', 'pairwise']),
    z.strictObject({ template: expression.describe('JMESPath over the account record; gives a text.') }),
  ],
  'write public, pairwise or { template: "…" } with a JMESPath expression',
);

export const lifetimes = z.strictObject({
  authorization_code: seconds.max(600).optional().describe('Seconds, at most 600.'),
  access_token: seconds.optional().describe('Seconds.'),
  id_token: seconds.optional().describe('Seconds; chat platforms ask again when it ends.'),
  refresh_token: seconds.optional().describe('Seconds.'),
});
