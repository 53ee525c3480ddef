import type { Context, Middleware, Next } from 'koa';
import { errors, type Provider, type ResponseType } from 'oidc-provider';
import type { FindResumed } from './resumed-interaction.ts';

/**
 * A brand may take a flow or a redirect URI away from a client while a consumer signs in. The library checks both at
 * the begin of a request only; at its end the registration of that moment counts, else a stolen or outdated address
 * would still get its answer. No redirect: the address may be the one that went.
 */
export function checkResumedClient(provider: Provider, findResumed: FindResumed): Middleware {
  return async (ctx: Context, next: Next) => {
    const params = (await findResumed(ctx))?.params;
    const client = params && (await provider.Client.find(String(params['client_id'])));
    // A client that is gone altogether is the library's to refuse.
    if (client) {
      if (!client.redirectUriAllowed(String(params['redirect_uri']))) throw new errors.InvalidRedirectUri();
      if (!client.responseTypeAllowed(params['response_type'] as ResponseType))
        throw new errors.InvalidRequest('the client may not use this response_type any more');
    }
    await next();
  };
}
