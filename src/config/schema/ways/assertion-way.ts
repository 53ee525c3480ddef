import { z } from 'zod';
import { seconds } from '../words.ts';
import { verifySchema } from './verify-schema.ts';

/** `assertion`: a JWT of the brand's signs its consumer in, without a page. */
export const assertionWay = z.strictObject({
  verify: verifySchema.describe('How the assertion is verified.'),
  session_exp: seconds
    .default(900)
    .describe('Seconds after the assertion at which the session ends, where it does not say so itself.'),
});
