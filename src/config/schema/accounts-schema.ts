import { z } from 'zod';

/** `accounts`: where the brand's consumers are found. */
export const accountsSchema = z.strictObject({
  file: z
    .strictObject({ path: z.string().min(1).describe('YAML file of accounts.') })
    .describe('Accounts from a file.'),
});
