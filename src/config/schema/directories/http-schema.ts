import { z } from 'zod';
import { expression } from '../words.ts';
import { authorities, networkKeys } from './network-keys.ts';

const path = z.string().regex(/^\/[\x21-\x7E]*$/, 'write a path: /…');

const status = z.int().min(200).max(499);

const login = z.strictObject({
  path: path.describe('Where a login and a password are checked, by POST.'),
  body: z
    .record(z.string(), z.string())
    .default({ login: '{login}', password: '{password}' })
    .describe('What is sent: `{login}` and `{password}` stand for what the consumer typed.'),
  format: z.enum(['json', 'form']).default('json').describe('How it is sent.'),
  refused: z
    .array(status)
    .min(1)
    .default([401, 403, 404])
    .describe('Statuses that mean: these details are not right.'),
  id: expression
    .optional()
    .describe("JMESPath over the answer: the account's id, or false: refused. Default: `id` of an account."),
});

const signed = z.strictObject({
  key_id: z.string().min(1).describe('Names the key to the API.'),
  secret: z
    .string()
    .min(32)
    .optional()
    .describe('A secret of 32 bytes or more that both share (HMAC-SHA256).'),
  private_key: z
    .string()
    .optional()
    .describe('PEM of a private key (Ed25519, P-256, P-384, RSA): ${file:…}.'),
});

/** Exactly one is given (checks/check-http-directory.ts). */
export const httpAuthKinds = {
  bearer: z
    .string()
    .regex(/^[\x21-\x7E]+$/, 'write the token alone, without blanks')
    .optional()
    .describe('A token in the Authorization header.'),
  basic: z
    .strictObject({
      user: z
        .string()
        .regex(/^[^:]+$/, 'must not contain a colon')
        .describe('The name.'),
      password: z.string().min(1).describe('The password.'),
    })
    .optional()
    .describe('HTTP Basic.'),
  mtls: z
    .strictObject({
      cert: z.string().min(1).describe('PEM of the certificate: ${file:…}.'),
      key: z.string().min(1).describe('PEM of its key: ${file:…}.'),
    })
    .optional()
    .describe("Parley's own certificate in the TLS handshake."),
  signed: signed.optional().describe('Signed requests (RFC 9421).'),
};

/** `accounts.http`: a brand's REST account API. */
export const httpSchema = z.strictObject({
  url: z.string().describe('The base of all paths; https, or http on this machine.'),
  find: path.default('/accounts/{id}').describe('One account; `{id}` stands for its id.'),
  missing: z
    .array(status)
    .min(1)
    .default([404, 410])
    .describe('Statuses that mean: there is no such account.'),
  record: expression.optional().describe('JMESPath over the answer: the account. Default: the whole answer.'),
  id: expression.default('id').describe('JMESPath over the account: its id.'),
  disabled: expression
    .optional()
    .describe('JMESPath over the account: true when it may not sign in, false otherwise.'),
  login: login.optional().describe('How the API checks a password; absent: it cannot.'),
  ping: path
    .optional()
    .describe('Answers 2xx when the API is well. Default: an account that does not exist is asked for.'),
  auth: z
    .strictObject(httpAuthKinds)
    .optional()
    .describe('How Parley proves itself to the API: one of these.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/, 'write the name of a header'), z.string())
    .default({})
    .describe('Sent with every request.'),
  ca: authorities,
  ...networkKeys,
});
