import { z } from 'zod';

/** Secrets of a client: one in `secret`, or up to two in `secrets`, so that one can follow the other. */

// HTTP Basic form-decodes credentials, hence the alphabet; demo secrets are published anyway.
export const clientSecret = z
  .string()
  .regex(/^(?:demo-[A-Za-z0-9_-]+|[A-Za-z0-9_-]{16,})$/, 'use at least 16 of A-Z a-z 0-9 _ -');

export const clientSecretList = z
  .array(
    z.strictObject({
      value: clientSecret.optional().describe('The secret; best read from a file: ${file:…}.'),
      hash: z
        .string()
        .regex(/^sha256:[A-Za-z0-9_-]{43}$/, 'use what `npx parley client secret` prints')
        .optional()
        .describe('Instead of the value: its hash, as `parley client secret` prints it.'),
      expires: z
        .string()
        .regex(
          /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/,
          'use a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z',
        )
        .optional()
        .describe('From then on it is refused: a day or a moment, UTC.'),
    }),
  )
  .min(1)
  .max(2);
