import { errors } from 'oidc-provider';
import type { ParleyError } from '../errors.ts';

/**
 * A ParleyError in the protocol's words: `temporarily_unavailable` with the status of a machine that may try
 * again (503), answered directly and never by a redirect, so that nothing depends on a state that could not
 * be read. The operator finds the reason in `cause`.
 */
export function toProtocolError(error: ParleyError): Error {
  const protocolError = new errors.CustomOIDCProviderError('temporarily_unavailable', error.sentence);
  return Object.assign(protocolError, {
    status: error.status,
    statusCode: error.status,
    allow_redirect: false,
    cause: error,
  });
}
