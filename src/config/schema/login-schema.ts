import { z } from 'zod';
import { assertionWay } from './ways/assertion-way.ts';
import { brandWay } from './ways/brand-way.ts';
import { passwordWay } from './ways/password-way.ts';
import { sessionWay } from './ways/session-way.ts';
import { upstreamWay } from './ways/upstream-way.ts';

/** `login`: the ways to sign in, in the order in which they are tried. Each entry is one way (checks/check-login.ts). */
export const loginSchema = z
  .array(
    z.strictObject({
      session: sessionWay
        .optional()
        .describe("The brand's own session, asked with the browser's cookies: no page."),
      assertion: assertionWay.optional().describe("A JWT of the brand's says who the consumer is: no page."),
      brand: brandWay.optional().describe('The login page that the brand already has.'),
      upstream: upstreamWay.optional().describe('Another OpenID Provider signs the consumer in.'),
      password: passwordWay.optional().describe('A page of ours asks for name and password.'),
    }),
  )
  .min(1)
  .default([{ password: {} }]);
