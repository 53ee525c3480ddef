import { compactVerify, errors, type FetchImplementation } from 'jose';
import { ParleyError } from '../../errors.ts';
import { assertionPayload, describePayloadFaults, type AssertionPayload } from './assertion-payload.ts';
import { type AssertionKeys, createAssertionKeys } from './assertion-keys.ts';
import { type ClaimFault, clockSkew, findClaimFault } from './check-claims.ts';
import type {
  AssertionOutcome,
  AssertionSettings,
  AssertionVerifier,
  VerifiedAssertion,
} from './contract.ts';

export interface AssertionVerifierOptions {
  settings: AssertionSettings;
  /** Our issuer: the assertion's only audience. */
  audience: string;
  /**
   * Whether this id was never used before; atomic.
   *
   * @param seconds for which it must be remembered
   */
  useOnce(issuer: string, jti: string, seconds: number): Promise<boolean>;
  /** Asks the brand for its keys. */
  fetch: FetchImplementation;
  /** Seconds since the epoch. */
  now(): number;
}

const typ = 'parley-login+jwt';
/** Characters. An assertion has a dozen short claims; the longest RSA signature is below 1,000. */
const longest = 8192;

/** @throws Error with a sentence for the operator when the configured key cannot be used */
export function createAssertionVerifier(options: AssertionVerifierOptions): AssertionVerifier {
  const keys = createAssertionKeys(options.settings, options);
  const { audience, now, useOnce } = options;
  const brandIssuer = options.settings.issuer;
  return {
    async verify(jwt, use) {
      const signed = await readSigned(jwt, keys);
      if ('check' in signed) return refused(signed);
      const read = assertionPayload.safeParse(signed.claims);
      if (!read.success) {
        const detail = describePayloadFaults(read.error);
        return refused({
          check: 'claims',
          sentence: `a claim is missing or has the wrong form: ${detail}`,
          detail,
        });
      }
      const payload = read.data;
      const fault = findClaimFault(payload, { ...use, brandIssuer, audience, now: now() });
      if (fault) return refused(fault);
      // A leeway that lets it be used late lets it be replayed late.
      const isFirst = await useOnce(payload.iss, payload.jti, Math.ceil(payload.exp) - now() + 2 * clockSkew);
      if (!isFirst)
        return refused({ check: 'jti', sentence: 'it was used before', detail: 'its jti is known' });
      return { kind: 'verified', assertion: toAssertion(payload) };
    },
  };
}

function refused(fault: ClaimFault): AssertionOutcome {
  return { kind: 'refused', ...fault };
}

/** @returns the signed claims as JSON */
async function readSigned(
  jwt: string,
  { algorithms, find }: AssertionKeys,
): Promise<{ claims: unknown } | ClaimFault> {
  if (jwt.length > longest)
    return { check: 'form', sentence: 'it is too long', detail: `${jwt.length} characters` };
  try {
    const { payload, protectedHeader } = await compactVerify(jwt, find, { algorithms });
    if (protectedHeader.typ !== typ) {
      return {
        check: 'typ',
        sentence: `its typ must be ${typ}`,
        detail: 'another kind of JWT by the same key',
      };
    }
    return { claims: parseClaims(payload) };
  } catch (error) {
    const fault = describeJoseError(error, algorithms);
    if (fault) return fault;
    throw new ParleyError('directory_unavailable', `the brand's keys cannot be had: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** What is no JSON is no object either, and told as such. */
function parseClaims(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

function describeJoseError(error: unknown, algorithms: readonly string[]): ClaimFault | undefined {
  if (error instanceof errors.JOSEAlgNotAllowed) {
    const detail = `allowed for this key: ${algorithms.join(', ')}`;
    return { check: 'alg', sentence: 'its alg is not allowed here', detail };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return { check: 'signature', sentence: 'its signature does not verify', detail: error.message };
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return {
      check: 'key',
      sentence: 'the brand has no such key: look at kid and alg',
      detail: error.message,
    };
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JOSENotSupported) {
    return { check: 'form', sentence: 'it is not a signed JWT of the expected form', detail: error.code };
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason';
}

function toAssertion(payload: AssertionPayload): VerifiedAssertion {
  const { sub, iat, session_exp: sessionExpiresAt, auth_time: authTime, acr, amr } = payload;
  return {
    accountId: sub,
    issuedAt: iat,
    ...(sessionExpiresAt !== undefined && { sessionExpiresAt }),
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}
