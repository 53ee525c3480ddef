import { z } from 'zod';
import { seconds } from './words.ts';

/** How a brand's signing keys change, and where they come from (docs/keys.md). */
export const keysSchema = z.strictObject({
  agent: z
    .string()
    .min(1)
    .optional()
    .describe('Socket of an SSH agent that has the private keys, such as one before a PKCS#11 token.'),
  set: z
    .string()
    .min(1)
    .optional()
    .describe('The keys themselves, as signing.json has them: from a variable or a secret, and only read.'),
  certificates: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'PEM files; each certificate, with its chain, is published (`x5c`) with the key that it is for.',
    ),
  self_signed: z
    .boolean()
    .default(false)
    .describe('Keys made here get a certificate that they sign themselves, published as `x5c`.'),
  rotate_every: seconds.optional().describe('A key signs for so long; absent: keys change by command only.'),
  announce: seconds
    .default(14 * 24 * 3600)
    .describe('The schedule makes and shows the next key so long before it is due.'),
  jwks_cache: seconds
    .default(24 * 3600)
    .describe('How long a relying party may go on with the key set that it fetched.'),
});
