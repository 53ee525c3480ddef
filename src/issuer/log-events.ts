import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import type { Log } from '../log.ts';

type FailedRequest = Error & {
  error?: string;
  error_description?: string;
  error_detail?: string;
  cause?: unknown;
};

/** Events of the library that carry an error of the request's. */
export const refusals = [
  'authorization.error',
  'grant.error',
  'introspection.error',
  'revocation.error',
  'userinfo.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
  'pushed_authorization_request.error',
  'discovery.error',
  'jwks.error',
] as const;

/** What the library refuses or fails at, as lines for the operator: the client, the reason, the support id. */
export function logEvents(provider: Provider, log: Log): void {
  for (const event of refusals) {
    const report = (ctx: KoaContextWithOIDC, error: FailedRequest) => {
      const failed = error.cause instanceof ParleyError && error.cause.status >= 500;
      log[failed ? 'error' : 'info'](
        { event, ...describe(ctx, error) },
        failed ? 'request failed' : 'request refused',
      );
    };
    (provider as EventEmitter).on(event, report);
  }
  provider.on('backchannel.error', (ctx, error, client) => {
    log.warn(
      { supportId: ctx.state?.['requestId'], clientId: client.clientId, detail: String(error) },
      'back-channel logout failed',
    );
  });
  provider.on('server_error', (ctx, error: FailedRequest) => {
    const own = error instanceof ParleyError || error.cause instanceof ParleyError;
    log.error({ ...describe(ctx, error), ...(!own && { stack: error.stack }) }, 'request failed');
  });
}

function describe(ctx: KoaContextWithOIDC, error: FailedRequest) {
  // A parser's message quotes its input, and that may be a secret.
  const { cause: reason } = error;
  const cause =
    reason instanceof SyntaxError ? reason.name : reason instanceof Error ? reason.message : undefined;
  return {
    supportId: ctx.state?.['requestId'],
    clientId: ctx.oidc?.client?.clientId ?? ctx.oidc?.params?.['client_id'],
    error: reason instanceof ParleyError ? reason.code : (error.error ?? error.message),
    description: error.error_description,
    detail: error.error_detail ?? cause,
  };
}
