import { z } from 'zod';

/** What every directory has that is asked over a network. */
export const networkKeys = {
  timeout: z
    .int()
    .min(100)
    .max(30_000)
    .default(3000)
    .describe('Milliseconds for one answer; then the directory counts as unreachable.'),
  parallel: z.int().min(1).max(1000).default(32).describe('Questions to it at the same time.'),
  cache: z
    .int()
    .min(0)
    .max(60)
    .default(5)
    .describe('Seconds for which a found account is not asked for again; 0: never kept.'),
};

/** PEM of authorities; best read from a file. */
export const authorities = z
  .string()
  .optional()
  .describe('PEM of the authorities that may vouch for the server: ${file:…}. Default: the public ones.');
