import { z } from 'zod';
import { seconds } from '../words.ts';
import { verifySchema } from './verify-schema.ts';

/** `brand`: the login page that the brand already has; the browser goes there and comes back with an assertion. */
export const brandWay = z.strictObject({
  url: z.string().describe("The brand's login page; it gets a signed request as parley_request."),
  title: z
    .string()
    .min(1)
    .optional()
    .describe('What the consumer reads where there is a choice; default: the name of the brand.'),
  verify: verifySchema.describe("How the brand's answer is verified."),
  session_exp: seconds
    .default(900)
    .describe('Seconds after the answer at which the session ends, where it does not say so itself.'),
});
