import { z } from 'zod';
import { seconds } from '../words.ts';

/** `upstream`: another OpenID Provider signs the consumer in. */
export const upstreamWay = z.strictObject({
  issuer: z.string().describe('Its issuer, as its discovery document says it.'),
  client_id: z.string().min(1).describe('What Parley is called there.'),
  client_secret: z
    .string()
    .min(1)
    .optional()
    .describe("Default: Parley proves itself with its own keys (private_key_jwt; the issuer's /jwks)."),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, 'a scope is one word without quotes'))
    .default(['openid', 'profile', 'email'])
    .describe('What is asked of it.'),
  account: z
    .string()
    .regex(/^[A-Za-z0-9_:/.-]+$/, 'write the name of a claim')
    .optional()
    .describe('The claim that is the account id. Default with accounts: { oidc: {} }: sub.'),
  title: z.string().min(1).optional().describe('What the consumer reads where there is a choice.'),
  session_exp: seconds.default(900).describe('Seconds after the sign-in at which the session ends.'),
});
