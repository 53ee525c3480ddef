/** The scopes of OpenID Connect Core sections 5.4 and 11 that every brand knows, with the claims they release. */
export const standardScopes: Readonly<Record<string, readonly string[]>> = {
  openid: [],
  offline_access: [],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

/** Claims that the protocol itself decides (OpenID Connect Core section 2, RFC 7519 section 4.1). */
export const protocolClaims: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'nonce',
  'azp',
  'acr',
  'amr',
  'auth_time',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
];
