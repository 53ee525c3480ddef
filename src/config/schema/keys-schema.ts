import { z } from 'zod';
import { seconds } from './words.ts';

/** How a brand's signing keys change, and where they come from (docs/keys.md). */
export const keysSchema = z.strictObject({
  agent: z
    .string()
    .min(1)
    .optional()
    .describe('Socket of an SSH agent that has the private keys, such as one before a PKCS#11 token.'),
  rotate_every: seconds.optional().describe('A key signs for so long; absent: keys change by command only.'),
  announce: seconds
    .default(14 * 24 * 3600)
    .describe('The schedule makes and shows the next key so long before it is due.'),
  jwks_cache: seconds
    .default(24 * 3600)
    .describe('How long a relying party may go on with the key set that it fetched.'),
});
