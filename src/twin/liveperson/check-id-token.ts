import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import type { Connector } from './connector.ts';
import { LivePersonRefusal } from './refusal.ts';

/** The rules by which LivePerson takes an ID token: RS256, a key id of the key set, the exact issuer, in time. */
export interface IdTokenRules {
  connector: Connector;
  loadKeySet(): Promise<JSONWebKeySet>;
  now: () => number;
}

export interface CheckedIdToken {
  header: JWTHeaderParameters;
  payload: JWTPayload & { iss: string; sub: string; iat: number; exp: number };
}

export async function checkIdToken(idToken: string, rules: IdTokenRules): Promise<CheckedIdToken> {
  checkHeader(idToken);
  const { protectedHeader, payload } = await checkSignature(idToken, rules);
  return { header: protectedHeader, payload: checkSubject(payload) };
}

/** `aud` and `nonce` are not looked at: no document of LivePerson says that it does. */
function checkHeader(idToken: string): void {
  if (idToken.split('.').length === 5) {
    throw new LivePersonRefusal('9012', 'The ID token is encrypted, and this connector has no key for it.');
  }
  const header = decodeHeader(idToken);
  if (header.alg !== 'RS256') {
    throw new LivePersonRefusal(
      '9007',
      `The ID token is signed with ${header.alg ?? 'nothing'}; only RS256 is accepted.`,
    );
  }
  if (typeof header.kid !== 'string' || header.kid === '') {
    throw new LivePersonRefusal(
      '9007',
      'The header of the ID token names no key (kid), so no key of the set fits.',
    );
  }
}

function decodeHeader(idToken: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(idToken);
  } catch (cause) {
    throw new LivePersonRefusal('10', 'The answer carries something that is not a JWT.', { cause });
  }
}

async function checkSignature(idToken: string, rules: IdTokenRules): Promise<JWTVerifyResult> {
  const keySet = createLocalJWKSet(await rules.loadKeySet());
  try {
    return await jwtVerify(idToken, keySet, {
      algorithms: ['RS256'],
      issuer: rules.connector.jwtIssuer,
      requiredClaims: ['iat', 'exp'],
      currentDate: new Date(rules.now()),
    });
  } catch (cause) {
    throw explain(cause, rules.connector);
  }
}

function explain(cause: unknown, { jwtIssuer }: Connector): LivePersonRefusal {
  if (cause instanceof errors.JWTExpired) {
    return new LivePersonRefusal('4407', 'The ID token has expired.', { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'iss') {
    return new LivePersonRefusal('4407', `The issuer (iss) is not exactly ${jwtIssuer}.`, { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return new LivePersonRefusal('10', `The claim ${cause.claim} is missing or not valid.`, { cause });
  }
  if (cause instanceof errors.JWKSNoMatchingKey) {
    return new LivePersonRefusal('9007', 'The key that the ID token names (kid) is not in the key set.', {
      cause,
    });
  }
  return new LivePersonRefusal('9007', 'The signature of the ID token does not fit the key.', { cause });
}

function checkSubject(payload: JWTPayload): CheckedIdToken['payload'] {
  const { iss, sub, iat, exp } = payload;
  if (typeof sub !== 'string' || sub === '') {
    throw new LivePersonRefusal('10', 'The claim sub is missing: without it nobody can be recognised again.');
  }
  if (iss === undefined || iat === undefined || exp === undefined) {
    throw new LivePersonRefusal('10', 'One of the claims iss, iat and exp is missing.');
  }
  return { ...payload, iss, sub, iat, exp };
}
