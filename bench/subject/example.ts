/** The consumer, the claims and the clients that both servers of a comparison have. */

export const claimsByScope = {
  profile: ['given_name', 'family_name'],
  email: ['email'],
  account: ['account_number', 'plan'],
  billing: ['billing'],
};

export const scope = 'openid profile email account billing';

/** What the bare server answers for every account. */
export const bareAccount = {
  given_name: 'Dana',
  family_name: 'Reyes',
  email: 'dana@example.com',
  account_number: '4711-0815',
  plan: 'Unlimited M',
  billing: { balance: 84.2, currency: 'EUR', due: '2026-12-01' },
};

/** Of this benchmark alone. */
export const secret = 'bench-secret-of-this-benchmark-alone';
export const redirectUri = 'https://shop.bench.example/callback';

export const login = { login: 'dana', password: 'dana-password' };
