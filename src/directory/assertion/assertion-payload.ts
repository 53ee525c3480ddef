import { z } from 'zod';

/** The claims of an assertion (contract.ts), read once; others are left alone. */
const seconds = z.number().min(0).max(32_503_680_000);

const text = z.string().min(1).max(255);

export const assertionPayload = z.object({
  iss: text,
  aud: z.union([z.string(), z.array(z.string())]),
  sub: text,
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  jti: text,
  channel: z.enum(['front', 'back']),
  client_id: text.optional(),
  nonce: text.optional(),
  session_exp: seconds.optional(),
  auth_time: seconds.optional(),
  acr: text.optional(),
  amr: z.array(text).max(20).optional(),
});

export type AssertionPayload = z.output<typeof assertionPayload>;

/** Which claims are missing or of another form, by name; never their values. */
export function describePayloadFaults({ issues }: z.ZodError): string {
  const faults = issues.map(({ path, message }) => `${path.join('.') || 'the payload'}: ${message}`);
  return faults.slice(0, 5).join('; ');
}
