import { z } from 'zod';

/** `verify`: how the brand's assertions are told from a stranger's. Exactly one kind of key (checks/check-login.ts). */
export const verifySchema = z.strictObject({
  issuer: z.string().min(1).describe("The `iss` of the brand's assertions."),
  jwks_uri: z.string().optional().describe("The brand's public keys, by address (https)."),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).describe('JWKs.') })
    .optional()
    .describe("The brand's public keys."),
  pem: z
    .string()
    .optional()
    .describe('One public key (SPKI) or certificate; best read from a file: ${file:…}.'),
  secret: z
    .string()
    .optional()
    .describe('A secret of 32 bytes or more that the brand and Parley share (HS256); best read from a file.'),
  alg: z
    .enum([
      'RS256',
      'RS384',
      'RS512',
      'PS256',
      'PS384',
      'PS512',
      'ES256',
      'ES384',
      'ES512',
      'EdDSA',
      'Ed25519',
      'HS256',
    ])
    .optional()
    .describe('The only algorithm; default: whatever fits the key.'),
});
