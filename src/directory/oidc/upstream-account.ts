/**
 * Which account the upstream's claims speak of, or why none.
 *
 * An e-mail address or a telephone number is an account's id only when the upstream has verified it: else whoever
 * writes somebody else's address into a profile there would be that person here.
 */
export function findUpstreamAccount(
  claims: Readonly<Record<string, unknown>>,
  name: string,
): { accountId: string } | { reason: string } {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value !== 'string' || !/^[\x21-\x7E]{1,255}$/.test(value))
    return { reason: `the claim ${name} is no account id: 1 to 255 ASCII characters without blanks` };
  const proof = verifiedBy[name];
  if (proof !== undefined && claims[proof] !== true) return { reason: `${proof} is not true` };
  return { accountId: value };
}

const verifiedBy: Readonly<Record<string, string>> = {
  email: 'email_verified',
  phone_number: 'phone_number_verified',
};

/** About the token and the sign-in; the rest is about the consumer. */
const protocolClaims = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'nonce',
  'azp',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
  'acr',
  'amr',
  'auth_time',
]);

/** What the ID token and userinfo say of the consumer; userinfo, which was asked later, wins. */
export function toRecord(
  idToken: Readonly<Record<string, unknown>>,
  userinfo: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const all = { ...idToken, ...userinfo };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !protocolClaims.has(name)));
}
