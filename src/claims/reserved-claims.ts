/**
 * Claims that the protocol itself writes. A mapping for one of them would forge it or be overwritten in
 * silence (`sub`).
 */
const reserved: ReadonlySet<string> = new Set([
  // RFC 7519 section 4.1
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  // OpenID Connect Core 2, 3.3.2.11, 5.6.2
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'azp',
  'at_hash',
  'c_hash',
  '_claim_names',
  '_claim_sources',
  // Session and logout (Front-Channel Logout 3, Back-Channel Logout 2.4), FAPI's state hash
  'sid',
  'events',
  's_hash',
  // RFC 8693 section 4, RFC 7800: who acts, and which key proves it
  'act',
  'may_act',
  'cnf',
  'client_id',
  'scope',
  // Would set the prototype of the claims object in code that copies it member by member
  '__proto__',
]);

export function isReservedClaim(name: string): boolean {
  return reserved.has(name);
}
