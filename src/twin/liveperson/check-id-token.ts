import {
  createLocalJWKSet,
  decodeProtectedHeader,
  type CryptoKey,
  errors,
  importSPKI,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import type { Connector } from './connector.ts';
import { isEncrypted, openEncrypted } from './open-encrypted.ts';
import { LivePersonRefusal } from './refusal.ts';

/**
 * The rules by which LivePerson takes an ID token: opened where encryption is on, RS256, a key id of the key set or
 * the pasted key, the exact issuer, in time.
 */
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
  const signed = await unwrap(idToken, rules.connector);
  checkHeader(signed, rules.connector);
  const { protectedHeader, payload } = await checkSignature(signed, rules);
  return { header: protectedHeader, payload: checkSubject(payload) };
}

async function unwrap(idToken: string, connector: Connector): Promise<string> {
  if (isEncrypted(idToken)) return openEncrypted(idToken, connector);
  if (!connector.decryption) return idToken;
  throw new LivePersonRefusal(
    'encryption',
    'This connector expects encrypted ID tokens, and this one is not.',
  );
}

/** `aud` and `nonce` are not looked at: no document of LivePerson says that it does. */
function checkHeader(idToken: string, { publicKey }: Connector): void {
  const header = decodeHeader(idToken);
  if (header.alg !== 'RS256') {
    throw new LivePersonRefusal(
      'algorithm',
      `The ID token is signed with ${header.alg ?? 'nothing'}; only RS256 is accepted.`,
    );
  }
  if (publicKey === undefined && (typeof header.kid !== 'string' || header.kid === '')) {
    throw new LivePersonRefusal(
      'key_id_missing',
      'The header of the ID token names no key (kid), so no key of the set fits.',
    );
  }
}

function decodeHeader(idToken: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(idToken);
  } catch (cause) {
    throw new LivePersonRefusal('not_a_jwt', 'The answer carries something that is not a JWT.', { cause });
  }
}

async function checkSignature(idToken: string, rules: IdTokenRules): Promise<JWTVerifyResult> {
  const { jwtIssuer, publicKey } = rules.connector;
  const options = {
    algorithms: ['RS256'],
    issuer: jwtIssuer,
    requiredClaims: ['iat', 'exp'],
    currentDate: new Date(rules.now()),
  };
  const keySet = publicKey === undefined ? createLocalJWKSet(await rules.loadKeySet()) : undefined;
  try {
    if (keySet) return await jwtVerify(idToken, keySet, options);
    return await jwtVerify(idToken, await importPastedKey(publicKey ?? ''), options);
  } catch (cause) {
    throw explain(cause, rules.connector);
  }
}

function importPastedKey(publicKey: string): Promise<CryptoKey> {
  return importSPKI(`-----BEGIN PUBLIC KEY-----\n${publicKey}\n-----END PUBLIC KEY-----`, 'RS256');
}

function explain(cause: unknown, { jwtIssuer }: Connector): LivePersonRefusal {
  if (cause instanceof errors.JWTExpired) {
    return new LivePersonRefusal('expired', 'The ID token has expired.', { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'iss') {
    return new LivePersonRefusal('issuer', `The issuer (iss) is not exactly ${jwtIssuer}.`, { cause });
  }
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return new LivePersonRefusal('claim', `The claim ${cause.claim} is missing or not valid.`, { cause });
  }
  if (cause instanceof errors.JWKSNoMatchingKey) {
    return new LivePersonRefusal(
      'key_id_unknown',
      'The key that the ID token names (kid) is not in the key set.',
      {
        cause,
      },
    );
  }
  return new LivePersonRefusal('signature', 'The signature of the ID token does not fit the key.', { cause });
}

function checkSubject(payload: JWTPayload): CheckedIdToken['payload'] {
  const { iss, sub, iat, exp } = payload;
  if (typeof sub !== 'string' || sub === '') {
    throw new LivePersonRefusal(
      'subject',
      'The claim sub is missing: without it nobody can be recognised again.',
    );
  }
  if (iss === undefined || iat === undefined || exp === undefined) {
    throw new LivePersonRefusal('claim', 'One of the claims iss, iat and exp is missing.');
  }
  return { ...payload, iss, sub, iat, exp };
}
