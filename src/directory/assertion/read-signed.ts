import { compactVerify, errors } from 'jose';
import { ParleyError } from '../../errors.ts';
import type { AssertionKeys } from './assertion-keys.ts';
import type { ClaimFault } from './check-claims.ts';

/** Characters. There are a dozen short claims; the longest RSA signature is below 1,000. */
const longest = 8192;

/**
 * What the brand signed, as JSON, or why it is nothing of the brand's of this kind.
 *
 * @param typ of the JWT's header (RFC 8725 section 3.11): one key signs several kinds
 * @throws ParleyError('directory_unavailable') when the brand's keys cannot be had
 */
export async function readSigned(
  jwt: string,
  { keys: { algorithms, find }, typ }: { keys: AssertionKeys; typ: string },
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
