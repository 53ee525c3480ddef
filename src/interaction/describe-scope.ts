/** What the scopes of OpenID Connect mean to a consumer (OpenID Connect Core 5.4); a brand's own keep their name. */
const standard: Record<string, string> = {
  openid: 'Know that it is you',
  profile: 'See your name and profile',
  email: 'See your e-mail address',
  phone: 'See your telephone number',
  address: 'See your postal address',
  offline_access: 'Stay connected when you are away',
  account: 'See your account number and plan',
  billing: 'See your balance and billing dates',
};

export function describeScope(scope: string): string {
  return standard[scope] ?? `Use "${scope}"`;
}
