import { z } from 'zod';

const totp = z.strictObject({
  secret: z
    .string()
    .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'name the member of the record, with dots to go deeper')
    .describe("The member of the account's record that holds the secret in base32; no claim can read it."),
  required: z
    .boolean()
    .default(false)
    .describe('true: accounts without a secret cannot sign in with a password.'),
});

/** `password`: a page of ours asks, the account directory checks. */
export const passwordWay = z.strictObject({
  totp: totp
    .optional()
    .describe('Second step: one-time codes (RFC 6238) of accounts whose record has a secret.'),
});
