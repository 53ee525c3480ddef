import { z } from 'zod';

/** How many attempts need no wait. Names are those of src/limits/limit-kinds.ts. */

const most = z.int().min(1).max(1_000_000);

export const limitsSchema = z.strictObject({
  account_and_address: most
    .default(10)
    .describe('Wrong passwords for one account from one address, in a day.'),
  account: most
    .default(100)
    .describe(
      'Wrong passwords for one account from anywhere, in a day; known browsers do not wait for them.',
    ),
  address: most
    .default(200)
    .describe('Wrong passwords from one address (of IPv6: a /64) for any accounts, in 15 minutes.'),
  accounts_per_address: most
    .default(30)
    .describe('Accounts that one address fails at without ever signing in, in 15 minutes: spraying.'),
  known_browser: most
    .default(20)
    .describe('Wrong passwords for one account in a browser that has signed it in before, in a day.'),
  second_factor: most.default(10).describe('Wrong one-time codes for one account, in a day.'),
  client_and_address: most
    .default(20)
    .describe('Failed authentications of one client from one address, in 15 minutes.'),
  client: most.default(200).describe('The same from anywhere; whoever has the secret never waits for it.'),
  client_address: most.default(100).describe('The same from one address, as whatever client.'),
  first_wait: most
    .default(30)
    .describe('Seconds to wait once a limit is reached; each further attempt doubles them.'),
  longest_wait: most.default(900).describe('Seconds that an attempt has to wait at most.'),
});

export type LimitsConfig = z.output<typeof limitsSchema>;
