/** Grants of a brand's own servers: the configuration's words and the standards' names. */
export const grantTypes = {
  'jwt-bearer': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'token-exchange': 'urn:ietf:params:oauth:grant-type:token-exchange',
  /** The library's own: a server for itself, no consumer (RFC 6749 section 4.4). */
  'client-credentials': 'client_credentials',
} as const;

/** Token types of RFC 8693 section 3, and the brand's assertion. */
export const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  idToken: 'urn:ietf:params:oauth:token-type:id_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
  assertion: 'urn:parley:token-type:assertion',
} as const;
