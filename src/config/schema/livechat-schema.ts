import { z } from 'zod';
import { seconds } from './words.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `livechat` of a client with `platform: livechat`: the app in LiveChat's Developer Console, and how it is used. */
export const livechatSchema = z.strictObject({
  client_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "copy the app's Client Id: 32 of 0-9 a-f")
    .describe("The app's Client Id, from the Authorization block of LiveChat's Developer Console."),
  client_secret: z
    .string()
    .min(8, "copy the app's Client Secret")
    .optional()
    .describe("The app's Client Secret; needed for `agent_token`. Best read from a file: ${file:…}."),
  organization_id: z
    .string()
    .regex(uuid, 'copy the organization id: a uuid in lower case')
    .describe("The license's organization id."),
  license_id: z.int().positive().describe('The license number, which older widgets ask for.'),
  group_id: z
    .int()
    .min(0)
    .optional()
    .describe('Identities apart from those of other groups; LiveChat must allow it.'),
  grant: z
    .enum(['agent_token', 'cookie'])
    .default('agent_token')
    .describe(
      "How customer tokens are had: by an administrator's consent, or by a secret for each customer.",
    ),
  addressing: z
    .enum(['v2', 'v1'])
    .default('v2')
    .describe("LiveChat's addresses: v2 speaks of organizations, v1 of licenses."),
  redirect_uri: z.string().describe("One of the app's redirect URIs, exactly as the console has it."),
  agent_token: z
    .string()
    .min(8, 'copy the access token')
    .optional()
    .describe('A fixed access token of an administrator, for trials: it ends after 8 hours.'),
  token_lifetime: seconds
    .min(60)
    .max(28_800)
    .optional()
    .describe("Seconds that a customer token lives, with `agent_token`; default: LiveChat's 28800."),
  accounts_url: z
    .string()
    .default('https://accounts.livechat.com')
    .describe("Where LiveChat's accounts are."),
  api_url: z.string().default('https://api.livechatinc.com').describe("Where LiveChat's chat API is."),
  update_customer: z
    .boolean()
    .default(false)
    .describe('Tell LiveChat name and e-mail, from the claims; each change is a call that LiveChat counts.'),
});
