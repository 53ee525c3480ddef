import { z } from 'zod';

/** `login`: the ways to sign in, in the order in which they are tried. */
export const loginSchema = z
  .array(
    z.strictObject({ password: z.strictObject({}).describe('A page of ours asks for name and password.') }),
  )
  .min(1)
  .default([{ password: {} }]);
