import { z } from 'zod';
import { expression } from '../words.ts';

/** `session`: the brand's own session, asked over HTTP with the browser's cookies, without a page. */
export const sessionWay = z.strictObject({
  url: z.string().describe('The address of the brand that answers who is signed in, as JSON.'),
  cookies: z
    .array(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'write the name of a cookie'))
    .min(1)
    .max(10)
    .describe('The cookies that are forwarded to it, by name, and no others.'),
  account: expression
    .default('sub || id || account_id')
    .describe(
      'JMESPath over the answer: the account id. null, like 401 and 404, says that nobody is signed in.',
    ),
  timeout: z.int().min(100).max(10_000).default(2000).describe('Milliseconds.'),
});
