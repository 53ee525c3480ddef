import { z } from 'zod';

/** Raised when a key changes its meaning or goes; new keys do not raise it. */
const current = 1;

/** A file that was written for another version is refused, and not half understood. */
export const configVersion = z
  .literal(current)
  .default(current)
  .describe('The version of the configuration that the file was written for.');
