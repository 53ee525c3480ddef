import { z } from 'zod';
import { clientSecret, clientSecretList } from './client-secret-schema.ts';
import { livechatSchema } from './livechat-schema.ts';
import { expression, lifetimes, scopeList, subject } from './words.ts';

/** One entry of a brand's `clients`. */

const encryption = z.strictObject({
  alg: z.enum(['RSA-OAEP-256']).default('RSA-OAEP-256').describe('JWE key management.'),
  enc: z.enum(['A256GCM', 'A128CBC-HS256']).default('A256GCM').describe('JWE content encryption.'),
  key: z
    .string()
    .min(1)
    .describe('JWK (JSON), PEM certificate, PEM public key or bare base64 key; RSA of 2048 bits or more.'),
  kid: z.string().optional().describe('Key id put into the header.'),
});

const clientIdentity = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'use letters, digits, dots, dashes and underscores')
    .describe('The client_id.'),
  name: z.string().optional().describe('Shown to the consumer on the consent page.'),
  platform: z
    .enum(['liveperson', 'livechat'])
    .optional()
    .describe('A preset: it fills in what the platform needs, such as its redirect URIs.'),
  secret: clientSecret.optional().describe('The client_secret; best read from a file: ${file:…}.'),
  secrets: clientSecretList
    .optional()
    .describe('Up to two client secrets, newest first, so that one can follow the other.'),
};

const clientProtocol = {
  flows: z
    .array(z.enum(['code', 'pkce', 'implicit', 'hybrid']))
    .min(1)
    .optional()
    .describe('What the client may use. `pkce` without `code` makes a code challenge compulsory.'),
  grants: z
    .array(z.enum(['jwt-bearer', 'token-exchange', 'client-credentials']))
    .min(1)
    .optional()
    .describe(
      "For a server of the brand's: tokens for a signed assertion (RFC 7523, RFC 8693), or for itself (RFC 6749 4.4).",
    ),
  application_type: z.enum(['web', 'native']).optional().describe('`native` allows custom schemes.'),
  redirect_uris: z.array(z.string()).optional().describe('Compared exactly, character by character.'),
  post_logout_redirect_uris: z.array(z.string()).optional().describe('Where a sign-out may return to.'),
  backchannel_logout_uri: z.string().optional().describe('Told when the consumer signs out.'),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).describe('JWKs.') })
    .optional()
    .describe('Public keys of the client, for private_key_jwt and signed request objects.'),
  jwks_uri: z.string().optional().describe('The same, by address.'),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'])
    .optional()
    .describe('How the client proves itself at the token endpoint.'),
  scopes: scopeList.optional().describe('Scopes that the client may ask for beside openid; default: all.'),
  require_pushed_requests: z.boolean().optional().describe('Only pushed authorization requests (RFC 9126).'),
  require_signed_request_objects: z.boolean().optional().describe('Only signed requests (RFC 9101).'),
};

const clientContent = {
  openid_includes: scopeList.optional().describe("These scopes' claims come with `scope=openid`."),
  claims: z
    .record(z.string(), expression)
    .optional()
    .describe('Claims of this client alone, as JMESPath; they come with `scope=openid`.'),
  id_token_claims: z.boolean().optional().describe('Scope claims in the ID token too, not at userinfo only.'),
  id_token_alg: z
    .enum(['RS256', 'ES256'])
    .optional()
    .describe('What signs its ID tokens; default: RS256, which every platform reads.'),
  first_party: z
    .boolean()
    .optional()
    .describe('false: the consumer is asked. Default: true for chat platforms, false for others.'),
  refresh_tokens: z.boolean().optional().describe('true: refresh tokens are issued.'),
  subject: subject.optional().describe("Default: the brand's."),
  pasted_key: z
    .boolean()
    .optional()
    .describe(
      'true: the public key is pasted into the platform; a new one waits for `parley keys ack` (keys.md).',
    ),
  encryption: encryption.optional().describe('Encrypt the ID token for this client.'),
  lifetimes: lifetimes.optional().describe("Over the brand's lifetimes."),
  pages: z.array(z.string()).optional().describe("Exact origins of the brand's pages that embed the chat."),
};

const clientPlatform = {
  livechat: livechatSchema.optional().describe('With `platform: livechat`: the app and how it is used.'),
};

export const clientSchema = z.strictObject({
  ...clientIdentity,
  ...clientProtocol,
  ...clientContent,
  ...clientPlatform,
});
