import { z } from 'zod';
import { configVersion } from './schema/config-version.ts';
import { accountsSchema } from './schema/accounts-schema.ts';
import { clientSchema } from './schema/client-schema.ts';
import { keysSchema } from './schema/keys-schema.ts';
import { limitsSchema } from './schema/limits-schema.ts';
import { loginSchema } from './schema/login-schema.ts';
import { verifySchema } from './schema/ways/verify-schema.ts';
import { expression, lifetimes, scopeList, scopeName, seconds, subject } from './schema/words.ts';

/**
 * The shape of `brands/<brand>.yaml`. Keys are a contract with operators: they may grow, never change their
 * meaning. The descriptions are what editors show and what docs/configuration.md prints.
 */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'use lower-case letters, digits and dashes');

const resource = z.strictObject({
  scopes: scopeList.describe('What its access tokens may carry.'),
  format: z.enum(['opaque', 'jwt']).default('jwt').describe('Format of its access tokens.'),
});

const session = z.strictObject({
  idle: seconds.default(3600).describe('Seconds without a request after which the session ends.'),
  absolute: seconds.default(12 * 3600).describe('Seconds after sign-in at which it ends whatever happens.'),
});

const backChannel = z.strictObject({
  verify: verifySchema.describe('How its calls are verified.'),
});

export const brandSchema = z.strictObject({
  version: configVersion,
  brand: name.describe('Name of the brand: in logs, in the store and as the folder of its keys.'),
  display_name: z
    .string()
    .optional()
    .describe("What the consumer reads on the pages; default: the brand's name."),
  demo: z.boolean().default(false).describe('Served only on loopback; skipped in production.'),
  issuer: z.string().describe('The `iss` of every token and the base of every address; may carry a path.'),
  login: loginSchema.describe('Ways to sign in, tried in this order.'),
  back_channel: backChannel
    .optional()
    .describe(
      "The brand says at /backchannel/sign-out that a consumer signed out; default: login's own verify.",
    ),
  accounts: accountsSchema.describe("Where the brand's consumers are found."),
  subject: subject
    .default('public')
    .describe('`sub`: one for all clients, one for each, or a value of the account record.'),
  claims: z.record(z.string(), expression).default({}).describe('Claim → JMESPath over the account record.'),
  pii: z
    .array(z.string())
    .default([])
    .describe("Claims that no log line may carry, beside the standard ones and clients' own."),
  scopes: z
    .record(scopeName, z.array(z.string()))
    .default({})
    .describe('Scope → the claims that it releases.'),
  resources: z
    .record(z.string(), resource)
    .default({})
    .describe('Resource indicators (RFC 8707): resource URI → what its access tokens may carry.'),
  session: session.prefault({}).describe("The consumer's session with the brand."),
  lifetimes: lifetimes.prefault({}).describe('How long codes and tokens live.'),
  keys: keysSchema.prefault({}).describe('How the signing keys change (keys.md).'),
  limits: limitsSchema
    .prefault({})
    .describe('How often wrong passwords, codes and client secrets may be tried.'),
  request_log: z
    .boolean()
    .default(true)
    .describe('Keep the last 50 requests of each client for a day: `parley requests <client>` shows them.'),
  internal_hosts: z
    .array(z.string())
    .default([])
    .describe(
      "Hosts inside your network, `host` or `host:port`, that clients' `jwks_uri` and `backchannel_logout_uri` may lead to.",
    ),
  clients: z.array(clientSchema).default([]).describe('Who may ask this brand to sign a consumer in.'),
});

export type BrandConfig = z.output<typeof brandSchema>;
export type ClientConfig = z.output<typeof clientSchema>;
export type LiveChatConfig = NonNullable<ClientConfig['livechat']>;
