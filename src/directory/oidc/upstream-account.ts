/**
 * Which account the upstream's claims speak of, or why none.
 *
 * An e-mail address or a telephone number is an account's id only when the upstream has verified it: else whoever
 * writes somebody else's address into a profile there would be that person here. Each answer speaks of its own address:
 * that one was verified says nothing of the other.
 *
 * @param answers userinfo and the ID token; the first that has the claim says whose account it is
 */
export function findUpstreamAccount(
  answers: readonly Readonly<Record<string, unknown>>[],
  name: string,
): { accountId: string } | { reason: string } {
  const values = answers.filter((claims) => Object.hasOwn(claims, name));
  const value = values[0]?.[name];
  if (typeof value !== 'string' || !/^[\x21-\x7E]{1,255}$/.test(value))
    return { reason: `the claim ${name} is no account id: 1 to 255 ASCII characters without blanks` };
  const proof = verifiedBy[name];
  const isProved = values.some((claims) => claims[name] === value && claims[proof ?? ''] === true);
  return proof === undefined || isProved ? { accountId: value } : { reason: `${proof} is not true` };
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
