import { errors } from 'oidc-provider';
import { ParleyError } from '../errors.ts';

/** Trying the same again would look like a theft and end the conversation. */
const spent =
  'it was not confirmed in time: a code or refresh token that was sent is spent, begin a new authorization request';

/**
 * A ParleyError in the protocol's words: `temporarily_unavailable` with the status of a machine that may try
 * again (503), answered directly and never by a redirect, so that nothing depends on a state that could not
 * be read. The operator finds the reason in `cause`.
 */
export function toProtocolError(error: ParleyError): Error {
  const description = error.code === 'store_unconfirmed' ? spent : error.sentence;
  const protocolError = new errors.CustomOIDCProviderError('temporarily_unavailable', description);
  return Object.assign(protocolError, {
    status: error.status,
    statusCode: error.status,
    allow_redirect: false,
    cause: error,
  });
}

/** Runs what may reject with ParleyError where the library waits for the protocol's errors. */
export async function inProtocolErrors<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ParleyError ? toProtocolError(error) : error;
  }
}
