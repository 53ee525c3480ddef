/** The consumer, the claims and the clients that both servers of a comparison have. */

export const claimsByScope = {
  profile: ['given_name', 'family_name'],
  email: ['email'],
  account: ['account_number', 'plan'],
  billing: ['billing'],
};

export const scope = 'openid profile email account billing';

/** One signs with RS256, the other with ES256. */
export const clientIds = ['web', 'web-es256'];

/** What the bare server answers for every account. */
export const bareAccount = {
  given_name: 'Dana',
  family_name: 'Reyes',
  email: 'dana@example.com',
  account_number: '4711-0815',
  plan: 'Unlimited M',
  billing: { balance: 84.2, currency: 'EUR', due: '2026-12-01' },
};
export const bareAccountId = 'c-bench';

/** How the consumer has proved who they are; every ID token says so. */
export const proof = { amr: ['pwd'], acr: 'urn:parley:acr:password' };

/** Of this benchmark alone. */
export const secret = 'bench-secret-of-this-benchmark-alone';
export const bareCookieKey = 'a-cookie-key-that-only-this-benchmark-uses';
export const parleyCookieKey = 'another-cookie-key-that-only-this-benchmark-uses';
export const redirectUri = 'https://shop.bench.example/callback';

/** One of the accounts of test/support/test-brand.ts. */
export const login = { login: 'dana', password: 'dana-password' };
export const parleyAccountId = 'c-dana-7Qm2';
