import { createHash } from 'node:crypto';

/** PKCE as LivePerson does it (RFC 7636, S256): the verifier stays with its server. */
export interface Pkce {
  codeVerifier: string;
  codeChallenge: string;
}

export function createPkce(randomBytes: (size: number) => Buffer): Pkce {
  const codeVerifier = randomBytes(48).toString('base64url');
  return { codeVerifier, codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url') };
}
