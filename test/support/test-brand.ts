/** The brand of the flow tests. Passwords: `dana-password`, `sam-password`; their hashes are cheap on purpose. */
export const testAccounts = `accounts:
  - id: c-dana-7Qm2
    login: dana
    password_hash: $argon2id$v=19$m=1024,t=1,p=1$B2KTE4Xopzn9AYvo7OM4JA$UA058SykMOL3iYDwUDjMeWcAw00r4Pt5V/Re/DRx+j4
    first_name: Dana
    last_name: Reyes
    email: dana@example.com
    account: { number: "4711-0815", plan: Unlimited M }
    billing: { balance: 84.2, currency: EUR, due: 2026-12-01, last_payment: { day: 2, month: 11, year: 2026 } }
  - id: c-sam-9Xw4
    login: sam
    password_hash: $argon2id$v=19$m=1024,t=1,p=1$5yZql2d99lVYT0anILCwFQ$37n2onbc64lgp9vwNvk8UUuS9qLBU+NcfnC6PhHzflw
    first_name: Sam
    last_name: Okoro
    email: sam@example.com
    account: { number: "4711-0922", plan: Basic S }
    billing: { balance: 0, currency: EUR, due: 2026-12-05 }
  - id: c-tia-4Rk8
    login: tia
    password_hash: $argon2id$v=19$m=1024,t=1,p=1$B2KTE4Xopzn9AYvo7OM4JA$UA058SykMOL3iYDwUDjMeWcAw00r4Pt5V/Re/DRx+j4
    first_name: Tia
    account: { number: "4711-1033", codes: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP }
`;

export const dana = { login: 'dana', password: 'dana-password', sub: 'c-dana-7Qm2' };
/** Her record has the secret of one-time codes at `account.codes`. */
export const tia = {
  login: 'tia',
  password: 'dana-password',
  sub: 'c-tia-4Rk8',
  codes: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
};
export const sam = { login: 'sam', password: 'sam-password', sub: 'c-sam-9Xw4' };

export const secrets = {
  liveperson: 'test-liveperson-secret-0123456789',
  web: 'test-web-secret-0123456789-abcdefgh',
  stranger: 'test-stranger-secret-0123456789-xyz',
};

/** A brand file as an object; PORT is replaced by the server's port. */
export function testBrand(
  overrides: Record<string, unknown> = {},
): { brand: string } & Record<string, unknown> {
  return {
    brand: 'acme',
    display_name: 'Acme',
    issuer: 'http://localhost:PORT',
    accounts: { file: { path: 'config/accounts.yaml' } },
    claims: {
      given_name: 'first_name',
      family_name: 'last_name',
      email: 'email',
      account_number: 'account.number',
      plan: 'account.plan',
      billing: '{balance: billing.balance, currency: billing.currency, due: billing.due}',
    },
    scopes: { account: ['account_number', 'plan'], billing: ['billing'] },
    resources: {
      'https://api.acme.example/orders': { scopes: ['orders.read', 'orders.write'], format: 'jwt' },
    },
    // All tests of a suite fail from one address; those of test/security/abuse have limits of their own.
    limits: { client_and_address: 10_000, client: 10_000, client_address: 10_000 },
    clients: testClients(),
    ...overrides,
  };
}

export function testClients(): Record<string, unknown>[] {
  return [
    {
      id: 'liveperson',
      platform: 'liveperson',
      secret: secrets.liveperson,
      flows: ['code', 'pkce'],
      openid_includes: ['account', 'billing'],
    },
    {
      id: 'liveperson-implicit',
      platform: 'liveperson',
      flows: ['implicit'],
      openid_includes: ['account', 'billing'],
      redirect_uris: ['https://lpcdn.lpsnmedia.net/le_unified_window/index.html'],
    },
    {
      id: 'web',
      name: 'Acme Shop',
      secret: secrets.web,
      flows: ['code', 'pkce', 'hybrid', 'implicit'],
      redirect_uris: ['https://shop.acme.example/callback', 'https://SHOP.acme.example?lp=1'],
      post_logout_redirect_uris: ['https://shop.acme.example/bye'],
      first_party: true,
      refresh_tokens: true,
    },
    {
      id: 'stranger',
      name: 'A Stranger',
      secret: secrets.stranger,
      flows: ['code', 'pkce'],
      redirect_uris: ['https://stranger.example/callback'],
      first_party: false,
      refresh_tokens: true,
    },
  ];
}
